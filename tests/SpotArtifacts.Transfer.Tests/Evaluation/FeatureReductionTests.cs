using SpotArtifacts.Engine;
using SpotArtifacts.Transfer.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Tests.Evaluation;

public sealed class FeatureReductionTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Grid_AlexNetsWidths_AreThoseOfThePublishedProtocols()
    {
        var reduction = new FeatureReduction(ReductionMethod.Average);

        Assert.Equal([10, 6, 5, 5, 6], new[] { 96, 256, 384, 384,
            256 }.Select(channels => reduction.Grid(channels, 55, 55).Rows));
        Assert.Equal([12, 7, 5, 6, 6], new[] { 64, 192, 384, 256,
            256 }.Select(channels => reduction.Grid(channels, 55, 55).Rows));
    }

    [Theory]
    [InlineData(96, 24, 10)]
    [InlineData(256, 12, 6)]
    [InlineData(384, 6, 5)]
    [InlineData(96, 8, 8)] // smaller than allowed: as it is
    [InlineData(9600, 3, 1)]
    [InlineData(20000, 3, 1)]
    public void Apply_Maps_GivesTheLargestGridWithinTheLimit(int channels, int side, int grid) =>
        Assert.Equal([2, channels * grid * grid],
            new FeatureReduction(ReductionMethod.Average).Apply(TensorData.Full(1, CPU, 2, channels, side, side)).shape);

    [Fact]
    public void Apply_OneEntry_IsTheMeanOfEachChannel()
    {
        Tensor features = cat([TensorData.From<float>([1, 2, 3, 6], 1, 1, 2, 2), TensorData.Full(5, CPU, 1, 9599, 2, 2)], 1);

        float[] pooled = new FeatureReduction(ReductionMethod.Average).Apply(features).ToArray<float>();

        Assert.Equal((3, 5), (pooled[0], pooled[1]));
    }

    [Theory]
    [InlineData(ReductionMethod.Average, 3.5f)]
    [InlineData(ReductionMethod.Max, 6)]
    [InlineData(ReductionMethod.Bilinear, 3.5f)]
    public void Apply_TwoByTwoToOne_ByHand(ReductionMethod method, float expected)
    {
        Tensor map = TensorData.From<float>([1, 2, 5, 6], 1, 1, 2, 2);

        Assert.Equal([expected], new FeatureReduction(method, MaxNumbers: 1).Apply(map).ToArray<float>());
    }

    [Fact]
    public void Apply_BilinearFourToTwo_TakesTheFourMiddlesWithoutAntialiasing()
    {
        Tensor map = TensorData.From<float>([.. Enumerable.Range(0, 16).Select(i => (float)(i * i))], 1, 1, 4, 4);

        // Half-pixel centres: output (0, 0) lies at (0.5, 0.5), between entries 0 1 4 5; the others likewise.
        Assert.Equal([(0 + 1 + 16 + 25) / 4f, (4 + 9 + 36 + 49) / 4f, (64 + 81 + 144 + 169) / 4f, (100 + 121 + 196 + 225) / 4f],
            new FeatureReduction(ReductionMethod.Bilinear, MaxNumbers: 4).Apply(map).ToArray<float>());
    }

    [Theory]
    [InlineData(ReductionMethod.Average)]
    [InlineData(ReductionMethod.Max)]
    [InlineData(ReductionMethod.Bilinear)]
    public void Apply_MapNotLargerThanItsGrid_StaysAsItIs(ReductionMethod method)
    {
        Tensor map = TensorData.From<float>([1, 2, 5, 6, 7, 8, 9, 10], 1, 2, 2, 2);
        var reduction = new FeatureReduction(method);

        Assert.True(reduction.Keeps(map));
        Assert.Equal(map.ToArray<float>(), reduction.Apply(map).ToArray<float>());
    }

    public void Dispose() => _scope.Dispose();
}
