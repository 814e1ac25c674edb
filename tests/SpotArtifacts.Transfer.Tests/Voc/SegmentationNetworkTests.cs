using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Transfer.Voc;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Tests.Voc;

public sealed class SegmentationNetworkTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Enlarge_LinearMap_IsLinearBetweenTheTrueCentres()
    {
        // Cells at pixels 3, 11, 19 (stride 8, offset 3) with values 0, 1, 2.
        float[] row = SegmentationNetwork.Enlarge(TensorData.From<float>([0, 1, 2], 1, 1, 1, 3), 2, 24, 8, 3).ToArray<float>();
        for (int x = 0; x < 24; x++)
            Assert.Equal(Math.Clamp((x - 3) / 8.0, 0, 2), row[x], 5);
        Assert.Equal(row[..24], row[24..]);
    }

    [Fact]
    public void Loss_IgnoredPixels_CountNothing()
    {
        Tensor scores = TensorData.From<float>([.. Enumerable.Range(0, 21 * 4).Select(i => i / 4 == 3 ? 2f : 0f)], 1, 21, 2, 2);
        IndexedImage truth = new(2, 2, [3, 255, 255, 0]);
        double z = Math.Log(20 + Math.Exp(2));
        Assert.Equal(((z - 2) + z) / 2, SegmentationNetwork.Loss(scores, truth).item<float>(), 4);
    }

    [Fact]
    public void Make_Picture_IsFilledUpWithWhatTheNetworkSubtracts()
    {
        RgbImage image = TestImages.Constant(5, 3, 255, 0, 0);
        (image.Pixels[0], image.Pixels[1]) = (0, 255);
        float[] plain = PaddedImage.Make(image, 1, 8, mirror: false).contiguous().ToArray<float>(),
        mirrored = PaddedImage.Make(image, 1, 8, mirror: true).contiguous().ToArray<float>();
        Assert.Equal(3 * 64, plain.Length);
        Assert.Equal((-1f, 1f, 1f), (plain[0], plain[1], plain[64]));
        Assert.Equal((1f, -1f), (mirrored[0], mirrored[4]));
        Assert.Equal(123.68f / 127.5f - 1, plain[5], 5);
        Assert.Equal(103.94f / 127.5f - 1, plain[128 + 63], 5);
    }

    [Fact]
    public void Make_TwiceTheSize_IsBilinearAtHalfPixelCentres()
    {
        RgbImage image = new(2, 1, [0, 0, 0, 255, 255, 255]);
        float[] pixels = PaddedImage.Make(image, 2, 1, mirror: false).contiguous().ToArray<float>();
        Assert.Equal(3 * 2 * 4, pixels.Length);
        Assert.Equal([-1, -0.5, 0.5, 1], pixels[..4].Select(v => Math.Round(v, 3)));
    }

    public void Dispose() => _scope.Dispose();
}
