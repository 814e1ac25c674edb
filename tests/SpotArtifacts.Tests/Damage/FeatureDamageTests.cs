using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Damage;

public sealed class FeatureDamageTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    // 1 2 3
    // 4 5 6
    // 7 8 9, with only the corner 1 and the centre 5 dropped.
    private static readonly float[] s_mask = [0, 1, 1, 1, 0, 1, 1, 1, 1];

    [Theory]
    [InlineData("local3", 3, 5)] // (1 + 2 + 4 + 5) / 4; all nine / 9
    [InlineData("local5", 5, 5)] // every neighbour within two: all nine both times
    [InlineData("local99", 5, 5)]
    [InlineData("global", 5, 5)]
    [InlineData("zero", 0, 0)]
    public void Apply_Fill_ReplacesDroppedEntriesByHand(string fill, float corner, float centre)
    {
        Tensor features = TensorData.From<float>([1, 2, 3, 4, 5, 6, 7, 8, 9], 1, 1, 3, 3);

        Tensor damaged = new FeatureDamage(NeighborhoodFill.Parse(fill)!)
            .Apply(features, new KeepMask(TensorData.From<float>(s_mask, 1, 1, 3, 3)));

        Assert.Equal([corner, 2, 3, 4, centre, 6, 7, 8, 9], damaged.ToArray<float>());
    }

    [Fact]
    public void Apply_Local5_SeesTwoEntriesEachWay()
    {
        // One row of six: the first entry's window holds 1, 2, 4; the fourth's 2, 4, 8, 16, 32.
        Tensor features = TensorData.From<float>([1, 2, 4, 8, 16, 32], 1, 1, 1, 6);
        var mask = new KeepMask(TensorData.From<float>([0, 1, 1, 0, 1, 1], 1, 1, 1, 6));

        float[] damaged = new FeatureDamage(NeighborhoodFill.Parse("local5")!).Apply(features, mask).ToArray<float>();

        Assert.Equal(7 / 3f, damaged[0], 5);
        Assert.Equal(62 / 5f, damaged[3], 5);
    }

    [Fact]
    public void Apply_SeveralChannelsAndImages_EachByItsOwn()
    {
        Tensor features = TensorData.From<float>([1, 3, 10, 30, 100, 300, 1000, 3000], 2, 2, 1, 2);
        var mask = new KeepMask(TensorData.From<float>([0, 1, 1, 0], 2, 1, 1, 2));

        Tensor damaged = new FeatureDamage(NeighborhoodFill.Parse("global")!).Apply(features, mask);

        Assert.Equal([2, 3, 20, 30, 100, 200, 1000, 2000], damaged.ToArray<float>());
    }

    [Theory]
    [InlineData("local4")]
    [InlineData("local1")]
    [InlineData("local101")]
    [InlineData("local03")]
    [InlineData("local")]
    [InlineData("local-3")]
    [InlineData("Local3")]
    [InlineData("mean")]
    [InlineData("")]
    public void Parse_NoFill_IsNull(string fill) => Assert.Null(NeighborhoodFill.Parse(fill));

    [Theory]
    [InlineData("local3")]
    [InlineData("local99")]
    [InlineData("global")]
    [InlineData("zero")]
    public void Parse_Fill_ReadsBackAsItself(string fill) => Assert.Equal(fill, NeighborhoodFill.Parse(fill)!.ToString());

    public void Dispose() => _scope.Dispose();
}
