namespace SpotArtifacts.Images;

/// <summary>An 8-bit RGB picture in memory: rows top to bottom, three bytes per pixel, no padding.</summary>
public sealed class RgbImage
{
    /// <summary>Wraps pixels that are already laid out; the array is not copied.</summary>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">RGB bytes (height * width * 3), row-major.</param>
    /// <exception cref="ArgumentException">The array's length is not height * width * 3.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.LongLength != 3L * width * height)
            throw new ArgumentException(
                $"{width} x {height} RGB needs {3L * width * height} bytes, got {pixels.LongLength}", nameof(pixels));
        Width = width;
        Height = height;
        Pixels = pixels;
    }

    /// <summary>A black picture.</summary>
    public RgbImage(int width, int height) : this(width, height, new byte[checked(3 * width * height)])
    {
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>RGB bytes (Height * Width * 3), row-major.</summary>
    public byte[] Pixels { get; }
}
