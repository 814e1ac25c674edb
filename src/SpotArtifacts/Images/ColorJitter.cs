using System.Numerics;

namespace SpotArtifacts.Images;

/// <summary>Changes of colour on float planes in [0, 1] (CHW), as TensorFlow's image operators define them.</summary>
internal static class ColorJitter
{
    /// <summary>From 0 ... 255 to 0 ... 1.</summary>
    internal static void ToUnit(Span<float> values) => Affine(values, 1 / 255f, 0);

    /// <summary>Adds a shift to every value.</summary>
    internal static void ShiftBrightness(Span<float> values, float shift) => Affine(values, 1, shift);

    /// <summary>
    /// RGB to HSV, saturation times <paramref name="factor"/> clipped to [0, 1], and back. With hue and value v = max(r, g, b)
    /// kept, this is out = v - (v - c) * min(factor, v / (v - min(r, g, b))) for each channel c, so no hue is needed.
    /// Pixels with v of 0 or less have no saturation and become v in all channels, as in TensorFlow.
    /// </summary>
    /// <param name="chw">Three planes of equal length.</param>
    /// <param name="factor">0 or more; 0 gives grey, 1 changes nothing.</param>
    internal static void ScaleSaturation(Span<float> chw, float factor)
    {
        int plane = chw.Length / 3;
        Span<float> red = chw[..plane], green = chw.Slice(plane, plane), blue = chw.Slice(2 * plane, plane);
        int i = 0;
        for (; i <= plane - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> r = new(red[i..]), g = new(green[i..]), b = new(blue[i..]);
            Vector<float> value = Vector.Max(r, Vector.Max(g, b));
            Vector<float> range = value - Vector.Min(r, Vector.Min(g, b));
            Vector<float> limit = value / Vector.Max(range, new Vector<float>(1e-30f));
            Vector<float> scale = Vector.Max(Vector.Min(new Vector<float>(factor), limit), Vector<float>.Zero);
            (value - (value - r) * scale).CopyTo(red[i..]);
            (value - (value - g) * scale).CopyTo(green[i..]);
            (value - (value - b) * scale).CopyTo(blue[i..]);
        }
        for (; i < plane; i++)
        {
            float value = Math.Max(red[i], Math.Max(green[i], blue[i]));
            float range = value - Math.Min(red[i], Math.Min(green[i], blue[i]));
            float scale = Math.Max(Math.Min(factor, value / Math.Max(range, 1e-30f)), 0);
            red[i] = value - (value - red[i]) * scale;
            green[i] = value - (value - green[i]) * scale;
            blue[i] = value - (value - blue[i]) * scale;
        }
    }

    /// <summary>From [0, 1] to [-1, 1], clipped.</summary>
    internal static void ToSigned(Span<float> values)
    {
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> signed = new Vector<float>(values[i..]) * 2 - Vector<float>.One;
            Vector.Min(Vector.Max(signed, -Vector<float>.One), Vector<float>.One).CopyTo(values[i..]);
        }
        for (; i < values.Length; i++)
            values[i] = Math.Clamp(values[i] * 2 - 1, -1, 1);
    }

    private static void Affine(Span<float> values, float scale, float shift)
    {
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(values[i..]) * scale + new Vector<float>(shift)).CopyTo(values[i..]);
        for (; i < values.Length; i++)
            values[i] = values[i] * scale + shift;
    }
}
