namespace SpotArtifacts.Images.Tests;

public class AugmentationTests
{
    private static readonly AugmentationOptions s_nothing =
        new() { MinArea = 1, MaxAspect = 1, Flip = false, Brightness = 0, MinSaturation = 1, MaxSaturation = 1 };

    [Fact]
    public void Apply_EverythingOff_IsTheImage()
    {
        RgbImage image = TestImages.Pattern(16, 16);
        float[] view = Apply(new Augmentation(s_nothing, 16), image, 3);
        for (int i = 0; i < 256; i++)
            for (int channel = 0; channel < 3; channel++)
                Assert.Equal(image.Pixels[3 * i + channel] / 127.5f - 1, view[channel * 256 + i], 1e-5f);
    }

    [Fact]
    public void Apply_FlipOnly_GivesHalfOfTheViewsMirrored()
    {
        RgbImage image = TestImages.Pattern(8, 8);
        float[] plain = Apply(new Augmentation(s_nothing, 8), image, 0);
        Augmentation flipping = new(s_nothing with { Flip = true }, 8);
        int mirrored = Enumerable.Range(0, 1000).Count(seed => !Apply(flipping, image, (ulong)seed).SequenceEqual(plain));
        Assert.InRange(mirrored, 430, 570);
    }

    [Fact]
    public void Apply_BrightnessOnly_ShiftsAllPixelsAlikeWithinTheBound()
    {
        Augmentation view = new(s_nothing with { Brightness = 0.1 }, 4);
        float low = 0, high = 0;
        for (ulong seed = 0; seed < 500; seed++)
        {
            float[] pixels = Apply(view, TestImages.Constant(4, 4, 102, 102, 102), seed);
            Assert.All(pixels, value => Assert.Equal(pixels[0], value, 1e-5f));
            float shift = (pixels[0] + 1) / 2 - 0.4f;
            (low, high) = (Math.Min(low, shift), Math.Max(high, shift));
        }
        Assert.InRange(low, -0.1001f, -0.095f);
        Assert.InRange(high, 0.095f, 0.1001f);
    }

    [Fact]
    public void Apply_SaturationOnly_KeepsTheLargestChannel()
    {
        Augmentation view = new(s_nothing with { MinSaturation = 0, MaxSaturation = 2 }, 4);
        HashSet<float> blues = [];
        for (ulong seed = 0; seed < 50; seed++)
        {
            float[] pixels = Apply(view, TestImages.Constant(4, 4, 204, 102, 153), seed);
            Assert.Equal(0.6f, pixels[0], 1e-5f);
            Assert.InRange(pixels[16], -1f, 0.6001f);
            blues.Add(pixels[32]);
        }
        Assert.True(blues.Count > 40);
    }

    [Theory]
    [InlineData(32, 32)]
    [InlineData(7, 90)]
    [InlineData(1, 1)]
    [InlineData(300, 200)]
    public void Apply_Default_StaysInRangeAndDependsOnTheSeedOnly(int width, int height)
    {
        RgbImage image = TestImages.Pattern(width, height);
        Augmentation view = new(new AugmentationOptions(), 32);
        for (ulong seed = 0; seed < 20; seed++)
        {
            float[] pixels = Apply(view, image, seed);
            Assert.All(pixels, value => Assert.InRange(value, -1f, 1f));
            Assert.Equal(pixels, Apply(view, image, seed));
            Assert.NotEqual(pixels, Apply(view, image, seed + 1000));
        }
    }

    [Theory]
    [InlineData(100, 100)]
    [InlineData(150, 100)]
    [InlineData(100, 120)]
    public void DrawCrop_Many_FillTheAllowedAreasAndAspects(int width, int height)
    {
        AugmentationOptions options = new();
        Augmentation view = new(options, 8);
        SeededRandom random = new(9);
        List<double> areas = [], aspects = [];
        for (int i = 0; i < 5000; i++)
        {
            SourceBox box = view.DrawCrop(width, height, ref random);
            Assert.True(box.X >= 0 && box.Y >= 0 && box.X + box.Width <= width + 1e-9 && box.Y + box.Height <= height + 1e-9);
            areas.Add(box.Width * box.Height / (width * height));
            aspects.Add(box.Width / box.Height);
        }
        Assert.InRange(areas.Min(), options.MinArea - 1e-9, options.MinArea + 0.01);
        Assert.InRange(areas.Max(), 0.85, 1 + 1e-9);
        Assert.InRange(aspects.Min(), 0.75 - 1e-9, 0.76);
        Assert.InRange(aspects.Max(), 1.32, 4.0 / 3 + 1e-9);
    }

    [Theory]
    [InlineData(1000, 10, 13.3333, 10)]
    [InlineData(10, 1000, 10, 13.3333)]
    [InlineData(10, 10, 10, 10)]
    public void DrawCrop_NarrowImage_FallsBackToTheCentre(int width, int height, double cropWidth, double cropHeight)
    {
        SourceBox box = Augmentation.CentralCrop(width, height, 4.0 / 3);
        Assert.Equal((width - cropWidth) / 2, box.X, 1e-3);
        Assert.Equal((height - cropHeight) / 2, box.Y, 1e-3);
        Assert.Equal(cropWidth, box.Width, 1e-3);
        Assert.Equal(cropHeight, box.Height, 1e-3);
    }

    [Fact]
    public void Constructor_SenselessOptions_Throws()
    {
        AugmentationOptions good = new();
        AugmentationOptions[] bad = [good with { MinArea = 0 }, good with { MinArea = 1.1 }, good with { MaxAspect = 0.9 },
            good with { MaxAspect = double.NaN }, good with { Brightness = -1 }, good with { MinSaturation = 2 },
            good with { MinSaturation = -1 }];
        Assert.All(bad, options => Assert.Throws<ArgumentException>(() => new Augmentation(options, 8)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Augmentation(good, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(47)]
    [InlineData(49)]
    public void Apply_WrongDestination_Throws(int length) => Assert.Throws<ArgumentException>(
        () => new Augmentation(s_nothing, 4).Apply(TestImages.Pattern(4, 4), 0, new float[length]));

    [Fact]
    public void Apply_SecondTime_AllocatesNothing()
    {
        RgbImage image = TestImages.Pattern(64, 48);
        Augmentation view = new(new AugmentationOptions(), 32);
        float[] pixels = new float[3 * 32 * 32];
        for (ulong seed = 0; seed < 200; seed++)
            view.Apply(image, seed, pixels);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong seed = 0; seed < 200; seed++)
            view.Apply(image, seed, pixels);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void EvaluationView_OfSomeImage_ShowsTheCentre()
    {
        RgbImage image = TestImages.Constant(40, 40, 255, 255, 255);
        for (int i = 0; i < 40; i++)
            foreach ((int x, int y) in new[] { (i, 0), (i, 39), (0, i), (39, i) })
                image.Pixels.AsSpan(3 * (y * 40 + x), 3).Clear();
        float[] pixels = new float[3 * 34 * 34]; // 85 % of 40: a plain crop from 3 to 37
        EvaluationView.Apply(image, 34, pixels);
        Assert.All(pixels, value => Assert.Equal(1f, value));
    }

    [Fact]
    public void EvaluationView_Crop_TakesPixelsUnchanged()
    {
        RgbImage image = TestImages.Pattern(40, 40);
        float[] pixels = new float[3 * 34 * 34];
        ((IImageView)new EvaluationView(34)).Apply(image, 99, pixels);
        Assert.Equal(TestImages.PixelAt(image, 3, 3)[0] / 127.5f - 1, pixels[0], 1e-5f);
        Assert.Equal(TestImages.PixelAt(image, 36, 36)[2] / 127.5f - 1, pixels[^1], 1e-5f);
    }

    private static float[] Apply(Augmentation view, RgbImage image, ulong seed)
    {
        float[] pixels = new float[3 * view.Size * view.Size];
        view.Apply(image, seed, pixels);
        return pixels;
    }
}
