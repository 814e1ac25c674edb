namespace SpotArtifacts.Images.Tests;

public class ColorJitterTests
{
    public static TheoryData<float, float, float, float> Colors()
    {
        TheoryData<float, float, float, float> colors = [];
        (float, float, float)[] pixels =
            [(0, 0, 0), (1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0.2f, 0.5f, 0.9f), (0.9f, 0.5f, 0.2f),
            (0.5f, 0.9f, 0.2f), (0.3f, 0.3f, 0.31f), (1.1f, 0.4f, -0.1f), (-0.1f, -0.2f, -0.05f), (0.6f, 0.6f, 0.1f),
            (0.1f, 0.7f, 0.7f)];
        foreach ((float r, float g, float b) in pixels)
            foreach (float factor in new[] { 0, 0.5f, 0.9f, 1, 1.3f, 1.5f, 4 })
                colors.Add(r, g, b, factor);
        return colors;
    }

    [Theory]
    [MemberData(nameof(Colors))]
    public void Apply_Saturation_EqualsTheWayThroughHsv(float r, float g, float b, float factor) =>
        AssertPixel(ThroughHsv(r, g, b, factor), r, g, b, brightness: 0, factor, brightnessFirst: true);

    [Theory]
    [MemberData(nameof(Colors))]
    public void Apply_BrightnessFirst_AddsBeforeSaturation(float r, float g, float b, float factor) =>
        AssertPixel(ThroughHsv(r + 0.12, g + 0.12, b + 0.12, factor), r, g, b, 0.12f, factor, brightnessFirst: true);

    [Theory]
    [MemberData(nameof(Colors))]
    public void Apply_BrightnessLast_AddsAfterSaturation(float r, float g, float b, float factor) =>
        AssertPixel(
            [.. ThroughHsv(r, g, b, factor).Select(value => value - 0.12)], r, g, b, -0.12f, factor, brightnessFirst: false);

    [Theory]
    [InlineData(-255, -1)]
    [InlineData(0, -1)]
    [InlineData(63.75f, -0.5f)]
    [InlineData(255, 1)]
    [InlineData(1785, 1)]
    public void ToSigned_AnyValue_IsClipped(float value, float expected)
    {
        float[] values = [.. Enumerable.Repeat(value, 19)];
        ColorJitter.ToSigned(values);
        Assert.All(values, signed => Assert.Equal(expected, signed));
    }

    private static void AssertPixel(
        double[] unit, float r, float g, float b, float brightness, float factor, bool brightnessFirst)
    {
        const int plane = 11; // vector part and rest
        float[] chw =
            [.. Enumerable.Repeat(r * 255, plane), .. Enumerable.Repeat(g * 255, plane), .. Enumerable.Repeat(b * 255, plane)];
        ColorJitter.Apply(chw, brightness, factor, brightnessFirst);
        for (int i = 0; i < chw.Length; i++)
            Assert.Equal(Math.Clamp(2 * unit[i / plane] - 1, -1, 1), chw[i], 2e-5);
    }

    /// <summary>TensorFlow's adjust_saturation kernel, step by step.</summary>
    private static double[] ThroughHsv(double r, double g, double b, double factor)
    {
        double value = Math.Max(r, Math.Max(g, b)), range = value - Math.Min(r, Math.Min(g, b));
        double saturation = value > 0 ? range / value : 0, norm = range > 0 ? 1 / (6 * range) : 0;
        double hue = range <= 0 ? 0 : r == value ? norm * (g - b) : g == value ? norm * (b - r) + 2.0 / 6
            : norm * (r - g) + 4.0 / 6;
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
