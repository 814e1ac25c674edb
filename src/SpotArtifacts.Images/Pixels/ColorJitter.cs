using System.Numerics;

namespace SpotArtifacts.Images;

/// <summary>
/// From resized pixels (float planes, CHW, 0 ... 255) to what the networks see, [-1, 1], with or without a change of colour on
/// the way.
/// </summary>
internal static class ColorJitter
{
    /// <summary>From 0 ... 255 to [-1, 1], clipped.</summary>
    internal static void ToSigned(Span<float> values)
    {
        int i = 0, lanes = Vector<float>.Count;
        for (; i <= values.Length - lanes; i += lanes)
            Signed(new Vector<float>(values[i..]) * (1 / 255f)).CopyTo(values[i..]);
        for (; i < values.Length; i++)
            values[i] = Math.Clamp(values[i] * (1 / 255f) * 2 - 1, -1, 1);
    }

    /// <summary>
    /// The same with the colours changed as TensorFlow's image operators define it, in [0, 1]: brightness is added; saturation is
    /// scaled and clipped to [0, 1] in HSV. With hue and value v = max(r, g, b) kept, the latter is out = v - (v - c) *
    /// min(factor, v / (v - min(r, g, b))) for each channel c, so no hue is needed. Pixels with v of 0 or less have no saturation
    /// and become v in all channels, as in TensorFlow.
    /// </summary>
    /// <param name="chw">Three planes of equal length.</param>
    /// <param name="brightness">Added to all values.</param>
    /// <param name="saturation">Factor, 0 or more; 0 gives grey, 1 changes nothing.</param>
    /// <param name="brightnessFirst">Whether brightness changes before saturation.</param>
    internal static void Apply(Span<float> chw, float brightness, float saturation, bool brightnessFirst)
    {
        int plane = chw.Length / 3, lanes = Vector<float>.Count;
        Span<float> red = chw[..plane], green = chw.Slice(plane, plane), blue = chw.Slice(2 * plane, plane);
        Vector<float> before = new(brightnessFirst ? brightness : 0), after = new(brightnessFirst ? 0 : brightness),
            factor = new(saturation);
        int i = 0;
        for (; i <= plane - lanes; i += lanes)
            Change(red.Slice(i, lanes), green.Slice(i, lanes), blue.Slice(i, lanes), before, factor, after);
        if (i == plane)
            return;
        Span<float> rest = stackalloc float[3 * lanes];
        rest.Clear();
        for (int channel = 0; channel < 3; channel++)
            chw[(channel * plane + i)..((channel + 1) * plane)].CopyTo(rest[(channel * lanes)..]);
        Change(rest[..lanes], rest.Slice(lanes, lanes), rest[(2 * lanes)..], before, factor, after);
        for (int channel = 0; channel < 3; channel++)
            rest.Slice(channel * lanes, plane - i).CopyTo(chw[(channel * plane + i)..]);
    }

    private static void Change(
        Span<float> red, Span<float> green, Span<float> blue, Vector<float> before, Vector<float> factor, Vector<float> after)
    {
        Vector<float> r = new Vector<float>(red) * (1 / 255f) + before, g = new Vector<float>(green) * (1 / 255f) + before;
        Vector<float> b = new Vector<float>(blue) * (1 / 255f) + before;
        Vector<float> value = Vector.Max(r, Vector.Max(g, b));
        Vector<float> range = value - Vector.Min(r, Vector.Min(g, b));
        Vector<float> limit = value / Vector.Max(range, new Vector<float>(1e-30f));
        Vector<float> scale = Vector.Max(Vector.Min(factor, limit), Vector<float>.Zero);
        Signed(value - (value - r) * scale + after).CopyTo(red);
        Signed(value - (value - g) * scale + after).CopyTo(green);
        Signed(value - (value - b) * scale + after).CopyTo(blue);
    }

    private static Vector<float> Signed(Vector<float> unit) =>
        Vector.Min(Vector.Max(unit * 2 - Vector<float>.One, -Vector<float>.One), Vector<float>.One);
}
