using SpotArtifacts.Images;
using SpotArtifacts.Scenes;

namespace SpotArtifacts.Tests.Scenes;

public class SceneImagesTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void ClassNames_Always_AreTenDistinct()
    {
        Assert.Equal(10, SceneImages.ClassNames.Count);
        Assert.Equal(10, SceneImages.ClassNames.Distinct().Count());
    }

    [Fact]
    public void RenderRange_AnyThreadCount_GivesTheSamePictures()
    {
        var alone = SceneImages.RenderRange(5, 24, seed: 7, size: 16, threads: 1, cancellation: Stop);
        var shared = SceneImages.RenderRange(5, 24, seed: 7, size: 16, threads: 3, cancellation: Stop);
        Assert.Equal(alone.Labels, shared.Labels);
        for (int i = 0; i < 24; i++)
            Assert.Equal(alone.Images[i].Pixels, shared.Images[i].Pixels);
    }

    [Fact]
    public void RenderRange_Offset_ContinuesTheSameSequence()
    {
        var tail = SceneImages.RenderRange(first: 3, count: 2, seed: 11, size: 8, threads: 1, cancellation: Stop);
        var (image, label) = SceneImages.Render(index: 4, seed: 11, size: 8);
        Assert.Equal(image.Pixels, tail.Images[1].Pixels);
        Assert.Equal(label, tail.Labels[1]);
    }

    [Fact]
    public void RenderRange_NoPictures_IsEmpty() =>
        Assert.Empty(SceneImages.RenderRange(0, 0, seed: 1, cancellation: Stop).Images);

    [Fact]
    public void Render_OtherIndexOrSeed_GivesAnotherPicture()
    {
        byte[] pixels = SceneImages.Render(0, seed: 1, size: 8).Image.Pixels;
        Assert.NotEqual(pixels, SceneImages.Render(1, seed: 1, size: 8).Image.Pixels);
        Assert.NotEqual(pixels, SceneImages.Render(0, seed: 2, size: 8).Image.Pixels);
        Assert.NotEqual(pixels, SceneImages.Render(0, seed: -1, size: 8).Image.Pixels);
    }

    [Fact]
    public void Render_LargerSize_ShowsTheSameScene()
    {
        byte[] small = SceneImages.Render(2, seed: 4, size: 16).Image.Pixels;
        byte[] large = SceneImages.Render(2, seed: 4, size: 32).Image.Pixels;
        double difference = 0;
        for (int i = 0; i < small.Length; i++)
        {
            int row = i / 48, column = i / 3 % 16, channel = i % 3;
            int at = (((2 * row * 32) + (2 * column)) * 3) + channel;
            difference += Math.Abs(small[i] - ((large[at] + large[at + 3] + large[at + 96] + large[at + 99]) / 4.0));
        }

        Assert.InRange(difference / small.Length, 0, 4);
    }

    [Fact]
    public void Render_EveryPicture_HasContrast()
    {
        foreach (var image in SceneImages.RenderRange(0, 50, seed: 3, size: 32, threads: 1, cancellation: Stop).Images)
            Assert.InRange(image.Pixels.Max() - image.Pixels.Min(), 60, 255);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(170)]
    public void Label_AlignedBlock_HoldsEachClassOnce(int first)
    {
        var labels = Enumerable.Range(first, 10).Select(index => SceneImages.Label(index, seed: 5));
        Assert.Equal(Enumerable.Range(0, 10), labels.Order());
    }

    [Fact]
    public void Label_NextBlock_IsOrderedAnew()
    {
        var blocks = Enumerable.Range(0, 5)
            .Select(block => string.Join(' ', Enumerable.Range(10 * block, 10).Select(index => SceneImages.Label(index, 5))));
        Assert.Equal(5, blocks.Distinct().Count());
    }

    [Fact]
    public void Render_BadArguments_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SceneImages.Render(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SceneImages.Render(0, 1, size: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SceneImages.Render(0, 1, size: 4097));
        Assert.Throws<ArgumentOutOfRangeException>(() => SceneImages.RenderRange(0, -1, 1, cancellation: Stop));
        Assert.Throws<ArgumentOutOfRangeException>(() => SceneImages.RenderRange(2, int.MaxValue, 1, cancellation: Stop));
        Assert.Throws<ArgumentOutOfRangeException>(() => SceneImages.RenderRange(0, 1, 1, threads: -1, cancellation: Stop));
    }

    [Fact]
    public void RenderRange_Cancelled_Throws()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => SceneImages.RenderRange(0, 100, 1, cancellation: source.Token));
    }

    [Fact]
    public void RenderCutout_AnyPicture_CoversTheObjectAndNotItsSurroundings()
    {
        (RgbImage image, bool[] covered, int label) = SceneImages.RenderCutout(3, 5, 48);

        Assert.Equal(SceneImages.Render(3, 5, 48).Image.Pixels, image.Pixels);
        Assert.Equal(SceneImages.Label(3, 5), label);
        Assert.InRange(covered.Count(c => c), 48 * 48 / 50, 48 * 48 / 2);
        // The object differs from what is behind it in lightness.
        double Mean(bool inside) => Enumerable.Range(0, covered.Length).Where(i => covered[i] == inside)
            .Average(i => (double)image.Pixels[3 * i + 1]);
        Assert.True(Math.Abs(Mean(true) - Mean(false)) > 5);
        Assert.False(covered[0] && covered[47] && covered[^1]);
    }
}
