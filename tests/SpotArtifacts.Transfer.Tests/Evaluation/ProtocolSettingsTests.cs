using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Protocols;

namespace SpotArtifacts.Transfer.Tests.Evaluation;

public sealed class ProtocolSettingsTests
{
    private static readonly ITransferProtocol s_linear = ProtocolRegistry.Find("linear-rotnet"),
    s_neighbors = ProtocolRegistry.Find("knn");

    [Fact]
    public void Resolve_Nothing_GivesTheDefaultsOfEveryProtocol()
    {
        foreach (ITransferProtocol protocol in ProtocolRegistry.All)
        {
            ProtocolSettings settings = ProtocolSettings.Resolve(protocol);

            Assert.Empty(settings.Changed);
            Assert.NotEmpty(settings.Keys);
            Assert.Distinct(settings.Keys.Select(key => key.Name));
            Assert.All(settings.Keys, key => Assert.NotEmpty(key.Meaning));
            // The default's own text is taken, and changes nothing.
            Assert.Empty(ProtocolSettings.Resolve(protocol,
                [.. settings.Keys.Select(key => $"{key.Name}={settings[key.Name]}")]).Changed);
        }
    }

    [Fact]
    public void Resolve_Assignments_LastOneWinsAndIsRecorded()
    {
        ProtocolSettings settings = ProtocolSettings.Resolve(s_linear,
            ["epochs=3", "linear-rotnet.epochs=4", "knn.temperature=1", "rate=1e-2"]);

        Assert.Equal(4, ((ProtocolSettings<LinearOptions>)settings).Options.Epochs);
        Assert.Equal("4", settings["epochs"]);
        // 0.01 is the default, however it is written: setting it changes nothing.
        Assert.Equal(["epochs"], settings.Changed);
    }

    [Theory]
    [InlineData("knn.k=5,7", "5,7")]
    [InlineData("k=[5, 7]", "5,7")]
    [InlineData("k = 5", "5")]
    public void Resolve_List_IsReadEitherWayAndWrittenWithCommas(string assignment, string written) =>
        Assert.Equal(written, ProtocolSettings.Resolve(s_neighbors, [assignment])["k"]);

    [Theory]
    [InlineData("epochs=0", "a whole number from 1")]
    [InlineData("epochs=1.5", "a whole number from 1")]
    [InlineData("rate=fast", "a number from 0")]
    [InlineData("epoch=first", "last or best")]
    [InlineData("ten_crops=yes", "true or false")]
    public void Resolve_ValueNotAllowed_SaysWhatWouldBe(string assignment, string expected)
    {
        SpotException refused = Assert.Throws<SpotException>(() => ProtocolSettings.Resolve(s_linear, [assignment]));

        Assert.Contains(assignment, refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("epochs=3")]
    [InlineData("knn.k=5,7")]
    public void RequireKnown_SettingOfOneProtocol_IsAccepted(string assignment) =>
        ProtocolSettings.RequireKnown([s_linear, s_neighbors], [assignment]);

    [Theory]
    [InlineData("epoch", "name=value")]
    [InlineData("=3", "name=value")]
    [InlineData("epocs=3", "there is no key 'epocs'; the nearest known key is 'epochs'")]
    [InlineData("temprature=3", "the nearest known key is 'temperature'")]
    [InlineData("knn.epochs=3", "there is no key 'knn.epochs'; the nearest known key is 'knn.k'")]
    [InlineData("finetune.labels=3", "not among the protocols asked for")]
    public void RequireKnown_NobodysSetting_SaysWhatThereIs(string assignment, string expected)
    {
        SpotException refused =
            Assert.Throws<SpotException>(() => ProtocolSettings.RequireKnown([s_linear, s_neighbors], [assignment]));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_List_KeepsTheOrder() =>
        Assert.Equal([20, 10, 100, 200], ((ProtocolSettings<KNearestNeighborsOptions>)s_neighbors.Settings).Options.K);

    [Fact]
    public void Find_UnknownProtocol_ListsThoseThereAre() =>
        Assert.Contains("linear-zhang", Assert.Throws<SpotException>(() => ProtocolRegistry.Find("linear-zang")).Message,
            StringComparison.Ordinal);
}
