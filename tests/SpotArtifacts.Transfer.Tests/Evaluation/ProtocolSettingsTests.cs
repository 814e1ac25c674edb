using SpotArtifacts.Transfer.Evaluation;

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
            Assert.All(protocol.Settings, setting => Assert.True(setting.Accepts(settings[setting.Name]),
                $"{protocol.Name}: default of {setting.Name}"));
        }
    }

    [Fact]
    public void Resolve_Assignments_LastOneWinsAndIsRecorded()
    {
        ProtocolSettings settings = ProtocolSettings.Resolve(s_linear,
            ["epochs=3", "linear-rotnet.epochs=4", "knn.temperature=1", "rate=0.01"]);

        Assert.Equal(4, settings.Whole("epochs"));
        // 0.01 is the default: setting it changes nothing.
        Assert.Equal(["epochs"], settings.Changed);
    }

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
    [InlineData("epocs=3", "epochs")]
    [InlineData("knn.epochs=3", "temperature")]
    [InlineData("finetune.labels=3", "not among the protocols asked for")]
    public void RequireKnown_NobodysSetting_SaysWhatThereIs(string assignment, string expected)
    {
        SpotException refused =
            Assert.Throws<SpotException>(() => ProtocolSettings.RequireKnown([s_linear, s_neighbors], [assignment]));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WholeList_KeepsTheOrder() =>
        Assert.Equal([20, 10, 100, 200], ProtocolSettings.Resolve(s_neighbors).WholeList("k"));

    [Fact]
    public void Find_UnknownProtocol_ListsThoseThereAre() =>
        Assert.Contains("linear-zhang", Assert.Throws<SpotException>(() => ProtocolRegistry.Find("linear-zang")).Message,
            StringComparison.Ordinal);
}
