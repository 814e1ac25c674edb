namespace SpotArtifacts.Images;

/// <summary>From network pixels (float planes, CHW) to pictures a person can look at.</summary>
public static class PlanarPixels
{
    /// <summary>Three planes in [-1, 1] to RGB; values outside are clipped, NaN becomes black.</summary>
    /// <param name="chw">3 * h * w values: red plane, green plane, blue plane.</param>
    /// <param name="h">Rows, 1 or more.</param>
    /// <param name="w">Columns, 1 or more.</param>
    /// <exception cref="ArgumentException">The length is not 3 * h * w.</exception>
    public static RgbImage ToRgb(ReadOnlySpan<float> chw, int h, int w)
    {
        RequireLength(chw.Length, 3L * h * w);
        RgbImage image = new(w, h);
        int plane = h * w;
        for (int channel = 0; channel < 3; channel++)
            for (int i = 0; i < plane; i++)
                image.Pixels[3 * i + channel] = ToByte((chw[channel * plane + i] + 1) * 127.5f);
        return image;
    }

    /// <summary>A small map in [0, 1] (0 = black, 1 = white) as a grey picture, each value a square of pixels.</summary>
    /// <param name="map">h * w values, row-major; values outside [0, 1] are clipped, NaN becomes black.</param>
    /// <param name="h">Rows of the map, 1 or more.</param>
    /// <param name="w">Columns of the map, 1 or more.</param>
    /// <param name="scale">Pixels per value in each direction, 1 or more.</param>
    /// <exception cref="ArgumentException">The length is not h * w.</exception>
    public static RgbImage GreyMap(ReadOnlySpan<float> map, int h, int w, int scale = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        RequireLength(map.Length, (long)h * w);
        RgbImage image = new(w * scale, h * scale);
        for (int y = 0; y < image.Height; y++)
            for (int x = 0; x < image.Width; x++)
                image.Pixels.AsSpan(3 * (y * image.Width + x), 3).Fill(ToByte(map[y / scale * w + x / scale] * 255));
        return image;
    }

    private static byte ToByte(float value) => value >= 255 ? (byte)255 : value > 0 ? (byte)(value + 0.5f) : (byte)0;

    private static void RequireLength(long actual, long expected)
    {
        if (actual != expected)
            throw new ArgumentException($"expected {expected} values, got {actual}");
    }
}
