namespace SpotArtifacts.Images.Tests;

public class ResizerTests
{
    private readonly Resizer _resizer = new();

    public static TheoryData<ResizeFilter, int, int, int> Shapes()
    {
        TheoryData<ResizeFilter, int, int, int> shapes = [];
        foreach (ResizeFilter filter in Enum.GetValues<ResizeFilter>())
            foreach ((int width, int height) in new[] { (1, 1), (2, 3), (8, 8), (31, 17), (64, 48), (200, 3) })
                foreach (int size in new[] { 1, 4, 7, 32, 65 })
                    shapes.Add(filter, width, height, size);
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Resize_ConstantImage_StaysConstant(ResizeFilter filter, int width, int height, int size)
    {
        float[] result = Resize(TestImages.Constant(width, height, 10, 128, 255), size, filter);
        Assert.All(result[..(size * size)], value => Assert.Equal(10, value, 1e-3f));
        Assert.All(result[(size * size)..(2 * size * size)], value => Assert.Equal(128, value, 1e-3f));
        Assert.All(result[(2 * size * size)..], value => Assert.Equal(255, value, 1e-3f));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Resize_Mirrored_IsTheReversedRow(ResizeFilter filter, int width, int height, int size)
    {
        RgbImage image = TestImages.Pattern(width, height);
        float[] plain = Resize(image, size, filter), mirrored = Resize(image, size, filter, mirror: true);
        for (int row = 0; row < 3 * size; row++)
            Assert.Equal(plain[(row * size)..((row + 1) * size)].Reverse(), mirrored[(row * size)..((row + 1) * size)]);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Resize_AnyShape_EqualsTheDirectSum(ResizeFilter filter, int width, int height, int size)
    {
        RgbImage image = TestImages.Pattern(width, height);
        SourceBox box = new(width * 0.11, height * 0.07, width * 0.83, height * 0.9);
        float[] result = new float[3 * size * size];
        _resizer.Resize(image, box, size, filter, mirror: false, result);
        for (int y = 0; y < size; y += Math.Max(1, size / 5))
            for (int x = 0; x < size; x += Math.Max(1, size / 5))
                for (int channel = 0; channel < 3; channel++)
                    Assert.Equal(Direct(image, box, size, filter, x, y, channel), result[(channel * size + y) * size + x], 2e-3);
    }

    [Theory]
    [InlineData(ResizeFilter.Bilinear, 1)]
    [InlineData(ResizeFilter.Bilinear, 9)]
    [InlineData(ResizeFilter.Bicubic, 1)]
    [InlineData(ResizeFilter.Bicubic, 9)]
    [InlineData(ResizeFilter.Bicubic, 40)]
    public void Resize_SameSize_ChangesNothing(ResizeFilter filter, int size)
    {
        RgbImage image = TestImages.Pattern(size, size);
        float[] result = Resize(image, size, filter);
        for (int i = 0; i < size * size; i++)
            for (int channel = 0; channel < 3; channel++)
                Assert.Equal(image.Pixels[3 * i + channel], result[channel * size * size + i]);
    }

    [Theory]
    [InlineData(ResizeFilter.Bilinear)]
    [InlineData(ResizeFilter.Bicubic)]
    public void Resize_WholePixelBoxOfSameSize_IsACrop(ResizeFilter filter)
    {
        RgbImage image = TestImages.Pattern(9, 8);
        float[] result = new float[3 * 16];
        _resizer.Resize(image, new SourceBox(3, 2, 4, 4), 4, filter, mirror: false, result);
        for (int y = 0; y < 4; y++)
            for (int x = 0; x < 4; x++)
                Assert.Equal(TestImages.PixelAt(image, x + 3, y + 2)[1], result[16 + y * 4 + x]);
    }

    [Fact]
    public void Resize_BilinearTwoToFour_IsTheHandComputedRamp()
    {
        // Half-pixel centres: outputs at -0.25, 0.25, 0.75, 1.25 between pixel centres 0 and 1, cut at the border.
        float[] result = Resize(Grey(2, 2, 0, 100, 0, 100), 4, ResizeFilter.Bilinear);
        Assert.Equal([0f, 25, 75, 100], result[..4]);
    }

    [Fact]
    public void Resize_BilinearFourToTwo_IsTheHandComputedTriangle()
    {
        // Scale 2: weights 0.25, 0.75, 0.75, 0.25 at the distances 0.75, 0.25, 0.25, 0.75 of centre 1; the border cuts to 3 taps.
        float[] result = Resize(Grey(4, 1, 10, 20, 30, 40), 2, ResizeFilter.Bilinear);
        Assert.Equal((0.75f * 10 + 0.75f * 20 + 0.25f * 30) / 1.75f, result[0], 1e-4f);
        Assert.Equal((0.25f * 20 + 0.75f * 30 + 0.75f * 40) / 1.75f, result[1], 1e-4f);
    }

    [Fact]
    public void Resize_BicubicStep_Overshoots()
    {
        // Keys with a = -0.5 at distance 1.25: -0.0703125, 0.25: 0.8671875, 0.75: 0.2265625, 1.75: -0.0234375.
        float[] result = Resize(Grey(4, 1, 0, 0, 200, 200), 8, ResizeFilter.Bicubic);
        Assert.Equal(200 * -0.0703125f / 1.0234375f, result[2], 1e-3f); // centre 1.25; the tap left of the border is cut
        Assert.Equal(200 * (0.2265625f - 0.0234375f), result[3], 1e-3f); // centre 1.75
    }

    [Theory]
    [InlineData(-1, 0, 4, 4)]
    [InlineData(0, 1, 4, 4)]
    [InlineData(0, 0, 5, 4)]
    [InlineData(0, 0, 0, 4)]
    [InlineData(0, 0, 4, -1)]
    [InlineData(double.NaN, 0, 4, 4)]
    public void Resize_BoxOutside_Throws(double x, double y, double width, double height)
    {
        Assert.Throws<ArgumentException>(() =>
            _resizer.Resize(
                TestImages.Pattern(4, 4), new SourceBox(x, y, width, height), 2, ResizeFilter.Bilinear, false, new float[12]));
    }

    [Fact]
    public void Resize_WrongDestination_Throws() => Assert.Throws<ArgumentException>(() =>
        _resizer.Resize(TestImages.Pattern(4, 4), new SourceBox(0, 0, 4, 4), 2, ResizeFilter.Bilinear, false, new float[13]));

    [Fact]
    public void Resize_SecondTime_AllocatesNothing()
    {
        RgbImage image = TestImages.Pattern(64, 64);
        float[] result = new float[3 * 32 * 32];
        _resizer.Resize(image, new SourceBox(0, 0, 64, 64), 32, ResizeFilter.Bicubic, false, result);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            _resizer.Resize(image, new SourceBox(0, 0, 60, 60), 32, ResizeFilter.Bicubic, false, result);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private float[] Resize(RgbImage image, int size, ResizeFilter filter, bool mirror = false)
    {
        float[] result = new float[3 * size * size];
        _resizer.Resize(image, new SourceBox(0, 0, image.Width, image.Height), size, filter, mirror, result);
        return result;
    }

    private static RgbImage Grey(int width, int height, params byte[] values) =>
        new(width, height, [.. values.SelectMany(value => new[] { value, value, value })]);

    /// <summary>The definition, pixel by pixel over the whole image.</summary>
    private static double Direct(RgbImage image, SourceBox box, int size, ResizeFilter filter, int x, int y, int channel)
    {
        double sum = 0, weights = 0, sx = box.Width / size, sy = box.Height / size;
        for (int v = 0; v < image.Height; v++)
            for (int u = 0; u < image.Width; u++)
            {
                double weight = Kernel(filter, (u + 0.5 - box.X - (x + 0.5) * sx) / Math.Max(sx, 1)) *
                    Kernel(filter, (v + 0.5 - box.Y - (y + 0.5) * sy) / Math.Max(sy, 1));
                weights += weight;
                sum += weight * TestImages.PixelAt(image, u, v)[channel];
            }
        return sum / weights;
    }

    private static double Kernel(ResizeFilter filter, double t)
    {
        t = Math.Abs(t);
        return filter == ResizeFilter.Bilinear ? Math.Max(0, 1 - t)
            : t < 1 ? 1.5 * t * t * t - 2.5 * t * t + 1
            : t < 2 ? -0.5 * t * t * t + 2.5 * t * t - 4 * t + 2 : 0;
    }
}
