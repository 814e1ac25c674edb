using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Packing;
using SpotArtifacts.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class DevicePixelsTests : IDisposable
{
    // Of 2 in [-1, 1]: sums of products in another order.
    private const float Tolerance = 2e-5f;
    private const int Images = 40;
    private readonly TemporaryFolder _folder = new();
    private readonly ImageSet _set;
    private readonly DecodedImages _images;

    public DevicePixelsTests()
    {
        for (int i = 0; i < Images; i++)
            _folder.Write($"images/{i:D3}.png", PngFile.Encode(TestImages.Pattern(24, 24, i)));
        using ImageSet loose = ImageSet.Open([_folder.At("images")]);
        PackedPixels.Write(loose, _folder.At("packed.pix"), 24, 1, cancellation: TestContext.Current.CancellationToken);
        _set = ImageSet.Open([_folder.At("packed.pix")]);
        _images = new DecodedImages(_set);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(24)]
    [InlineData(9)]
    public void Views_ManySeeds_AreThoseOfTheCpu(int size)
    {
        using DevicePixels pixels = DevicePixels.Upload(_images, "cpu");
        using DisposeScope scope = NewDisposeScope();
        Augmentation augmentation = new(new AugmentationOptions(), size);
        int[] indices = [.. Enumerable.Range(0, 400).Select(i => i * 7 % Images)];
        ulong[] seeds = [.. indices.Select((_, i) => (ulong)i)];

        float[] actual = pixels.Views(indices, seeds, augmentation).ToArray<float>();

        int values = 3 * size * size;
        float[] expected = new float[values];
        for (int i = 0; i < indices.Length; i++)
        {
            augmentation.Apply(_images.Get(indices[i], out _), seeds[i], expected);
            for (int j = 0; j < values; j++)
                Assert.Equal(expected[j], actual[i * values + j], Tolerance);
        }
    }

    [Fact]
    public void Views_DarkAndGreyPixels_AreThoseOfTheCpu()
    {
        // Brightness below 0 makes values with no saturation; grey ones have no range.
        _folder.Write("odd/black.png", PngFile.Encode(TestImages.Constant(8, 8, 0, 0, 0)));
        _folder.Write("odd/grey.png", PngFile.Encode(TestImages.Constant(8, 8, 90, 90, 90)));
        _folder.Write("odd/red.png", PngFile.Encode(TestImages.Constant(8, 8, 20, 0, 0)));
        using ImageSet loose = ImageSet.Open([_folder.At("odd")]);
        PackedPixels.Write(loose, _folder.At("odd.pix"), 8, 1, cancellation: TestContext.Current.CancellationToken);
        using ImageSet set = ImageSet.Open([_folder.At("odd.pix")]);
        DecodedImages images = new(set);
        using DevicePixels pixels = DevicePixels.Upload(images, "cpu");
        using DisposeScope scope = NewDisposeScope();
        Augmentation augmentation = new(new AugmentationOptions { Brightness = 0.3 }, 8);
        float[] expected = new float[3 * 8 * 8];
        for (ulong seed = 0; seed < 100; seed++)
        {
            int index = (int)(seed % 3);
            augmentation.Apply(images.Get(index, out _), seed, expected);
            float[] actual = pixels.Views([index], [seed], augmentation).ToArray<float>();
            for (int j = 0; j < expected.Length; j++)
                Assert.Equal(expected[j], actual[j], Tolerance);
        }
    }

    [Fact]
    public void Upload_ImagesOfNoCommonSize_IsRefused()
    {
        using ImageSet loose = ImageSet.Open([_folder.At("images")]);

        Assert.Throws<ArgumentException>(() => DevicePixels.Upload(new DecodedImages(loose), "cpu"));
    }

    public void Dispose()
    {
        _set.Dispose();
        _folder.Dispose();
    }
}
