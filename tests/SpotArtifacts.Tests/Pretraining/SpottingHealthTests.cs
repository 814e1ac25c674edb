using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class SpottingHealthTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 10)]
    [InlineData(4, 1000)]
    public void AreaUnderRoc_RandomScoresWithTies_IsTheShareOfOrderedPairs(int seed, int levels)
    {
        var random = new SeededRandom((ulong)seed);
        float[] scores = [.. Enumerable.Range(0, 60).Select(_ => (float)random.NextInt(levels) - 1)];
        float[] targets = [.. Enumerable.Range(0, 60).Select(_ => (float)random.NextInt(2))];

        Assert.Equal(ByPairs(scores, targets), SpottingHealth.AreaUnderRoc(scores, targets), 1e-12);
    }

    [Theory]
    [InlineData(new float[] { 3, 2, 1, 0 }, 1)]
    [InlineData(new float[] { 0, 1, 2, 3 }, 0)]
    [InlineData(new float[] { 5, 5, 5, 5 }, 0.5)]
    [InlineData(new[] { float.PositiveInfinity, 1, 1, float.NegativeInfinity }, 0.875)]
    public void AreaUnderRoc_Extremes_ByHand(float[] scores, double expected) =>
        Assert.Equal(expected, SpottingHealth.AreaUnderRoc(scores, [1, 1, 0, 0]));

    [Theory]
    [InlineData(new float[] { 1, 2 }, new float[] { 1, 1 })]
    [InlineData(new float[] { 1, 2 }, new float[] { 0, 0 })]
    [InlineData(new[] { float.NaN, 1 }, new float[] { 0, 1 })]
    [InlineData(new[] { float.NaN, float.NaN }, new float[] { 0, 1 })]
    public void AreaUnderRoc_NothingToTellApart_IsNaN(float[] scores, float[] targets) =>
        Assert.Equal(double.NaN, SpottingHealth.AreaUnderRoc(scores, targets));

    [Fact]
    public void AreaUnderRoc_Arguments_StayAsTheyAre()
    {
        float[] scores = [3, 1, 2];

        SpottingHealth.AreaUnderRoc(scores, [1, 0, 1]);

        Assert.Equal([3, 1, 2], scores);
    }

    [Fact]
    public void FeatureSpread_AllImagesAlike_IsZero() =>
        Assert.Equal(0, SpottingHealth.FeatureSpread(TensorData.From<float>([1, 2, 3, 1, 2, 3, 1, 2, 3], 3, 3, 1, 1)), 1e-6);

    [Fact]
    public void FeatureSpread_SameDirectionOfDifferentLength_IsZero() =>
        Assert.Equal(0, SpottingHealth.FeatureSpread(TensorData.From<float>([1, 2, 10, 20], 2, 2, 1, 1)), 1e-6);

    [Fact]
    public void FeatureSpread_IndependentNormalFeatures_IsNearOne()
    {
        using var random = new Generator(1);

        Assert.Equal(1, SpottingHealth.FeatureSpread(Operations.Normal(random, CPU, 500, 64, 1, 1)), 0.02);
    }

    [Fact]
    public void FeatureSpread_OppositeCorners_ByHand() =>
        // Unit vectors (1, 0) and (0, 1): each feature deviates by 1/2; times the root of two channels.
        Assert.Equal(0.5 * Math.Sqrt(2), SpottingHealth.FeatureSpread(TensorData.From<float>([5, 0, 0, 7], 2, 2, 1, 1)), 1e-6);

    [Fact]
    public void FeatureSpread_NoFeatureAtAll_IsZero() =>
        Assert.Equal(0, SpottingHealth.FeatureSpread(TensorData.Full(0, CPU, 4, 3, 2, 2)));

    public void Dispose() => _scope.Dispose();

    private static double ByPairs(float[] scores, float[] targets)
    {
        double won = 0, pairs = 0;
        for (int kept = 0; kept < scores.Length; kept++)
        {
            for (int dropped = 0; dropped < scores.Length; dropped++)
            {
                if (targets[kept] != 1 || targets[dropped] != 0)
                    continue;
                pairs++;
                won += scores[kept] > scores[dropped] ? 1 : scores[kept] == scores[dropped] ? 0.5 : 0;
            }
        }
        return won / pairs;
    }
}
