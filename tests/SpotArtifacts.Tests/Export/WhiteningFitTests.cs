using SpotArtifacts.Export;
using SpotArtifacts.Features.Onnx;

namespace SpotArtifacts.Tests.Export;

public class WhiteningFitTests
{
    // Around (10, 20): variance 16 along (3, 4) / 5, and 1 along (4, -3) / 5, whose largest number is made positive.
    [Fact]
    public void Fit_FourPoints_GivesDirectionsOverTheRootOfTheirDeviations()
    {
        float far = 4 * MathF.Sqrt(2), near = MathF.Sqrt(2);
        float[] rows =
        [
            10 + 0.6f * far, 20 + 0.8f * far, 10 - 0.6f * far, 20 - 0.8f * far,
            10 + 0.8f * near, 20 - 0.6f * near, 10 - 0.8f * near, 20 + 0.6f * near,
        ];

        Whitening whitening = WhiteningFit.Fit(rows, 4);

        AssertClose([10, 20], whitening.Mean);
        AssertClose([0.6f / 2, 0.8f, 0.8f / 2, -0.6f], whitening.Projection);
        Assert.Equal(2, whitening.Dimensions);
    }

    [Fact]
    public void Fit_TwoPoints_HaveOneDirection()
    {
        Whitening whitening = WhiteningFit.Fit([0, 0, 5, 2, 0, 5], 2);

        // Variance 1 along the first number.
        AssertClose([1, 0, 5], whitening.Mean);
        AssertClose([1, 0, 0], whitening.Projection);
    }

    [Fact]
    public void Fit_DirectionsInWhichNothingVaries_AreLeftOut() =>
        Assert.Equal(1, WhiteningFit.Fit([1, 2, 3, 2, 4, 6, 3, 6, 9, 4, 8, 12, 7, 14, 21], 5).Dimensions);

    [Fact]
    public void Fit_WideVectors_KeepSoManyDirectionsAndNoMore()
    {
        Random random = new(1);

        Whitening whitening = WhiteningFit.Fit(
            [.. Enumerable.Range(0, 400 * 300).Select(_ => random.NextSingle())], 400);

        Assert.Equal(WhiteningFit.MaxDimensions, whitening.Dimensions);
        Assert.Equal(300, whitening.Mean.Length);
    }

    [Fact]
    public void Fit_EqualVectors_AreRefused() => Assert.Contains(
        "all images are alike", Assert.Throws<SpotException>(() => WhiteningFit.Fit([1, 2, 1, 2, 1, 2], 3)).Message,
        StringComparison.Ordinal);

    private static void AssertClose(float[] expected, float[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }
}
