using SpotArtifacts.Images;

namespace SpotArtifacts.Tests.Images;

public class ColorJitterTests
{
    public static TheoryData<float, float, float, float> Colors()
    {
        TheoryData<float, float, float, float> colors = [];
        (float, float, float)[] pixels = [(0, 0, 0), (1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0.2f, 0.5f, 0.9f), (0.9f, 0.5f, 0.2f),
            (0.5f, 0.9f, 0.2f), (0.3f, 0.3f, 0.31f), (1.1f, 0.4f, -0.1f), (-0.1f, -0.2f, -0.05f), (0.6f, 0.6f, 0.1f), (0.1f, 0.7f, 0.7f)];
        foreach ((float r, float g, float b) in pixels)
            foreach (float factor in new[] { 0, 0.5f, 0.9f, 1, 1.3f, 1.5f, 4 })
                colors.Add(r, g, b, factor);
        return colors;
    }

    [Theory]
    [MemberData(nameof(Colors))]
    public void ScaleSaturation_AnyColor_EqualsTheWayThroughHsv(float r, float g, float b, float factor)
    {
        const int plane = 11; // vector part and rest
        float[] chw = [.. Enumerable.Repeat(r, plane), .. Enumerable.Repeat(g, plane), .. Enumerable.Repeat(b, plane)];
        ColorJitter.ScaleSaturation(chw, factor);
        double[] expected = ThroughHsv(r, g, b, factor);
        for (int i = 0; i < chw.Length; i++)
            Assert.Equal(expected[i / plane], chw[i], 1e-5);
    }

    [Theory]
    [InlineData(-1, -1)]
    [InlineData(0, -1)]
    [InlineData(0.25f, -0.5f)]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    public void ToSigned_AnyValue_IsClipped(float value, float expected)
    {
        float[] values = [.. Enumerable.Repeat(value, 19)];
        ColorJitter.ToSigned(values);
        Assert.All(values, signed => Assert.Equal(expected, signed));
    }

    [Fact]
    public void ShiftBrightness_AnyLength_AddsEverywhere()
    {
        float[] values = [.. Enumerable.Repeat(0.5f, 19)];
        ColorJitter.ShiftBrightness(values, 0.25f);
        Assert.All(values, value => Assert.Equal(0.75f, value));
    }

    /// <summary>TensorFlow's adjust_saturation kernel, step by step.</summary>
    private static double[] ThroughHsv(double r, double g, double b, double factor)
    {
        double value = Math.Max(r, Math.Max(g, b)), range = value - Math.Min(r, Math.Min(g, b));
        double saturation = value > 0 ? range / value : 0, norm = range > 0 ? 1 / (6 * range) : 0;
        double hue = range <= 0 ? 0 : r == value ? norm * (g - b) : g == value ? norm * (b - r) + 2.0 / 6 : norm * (r - g) + 4.0 / 6;
        if (hue < 0)
            hue += 1;
        saturation = Math.Clamp(saturation * factor, 0, 1);
        double c = saturation * value, m = value - c, dh = hue * 6, fmodu = dh % 2, x = c * (1 - Math.Abs(fmodu - 1));
        double[] rgb = (int)dh switch
        {
            0 => [c, x, 0],
            1 => [x, c, 0],
            2 => [0, c, x],
            3 => [0, x, c],
            4 => [x, 0, c],
            _ => [c, 0, x],
        };
        return [rgb[0] + m, rgb[1] + m, rgb[2] + m];
    }
}
