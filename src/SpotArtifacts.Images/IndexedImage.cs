namespace SpotArtifacts.Images;

/// <summary>A picture of palette indices: rows top to bottom, one byte a pixel, no padding.</summary>
/// <param name="Width">Columns, 1 or more.</param>
/// <param name="Height">Rows, 1 or more.</param>
/// <param name="Indices">Height * Width indices, row-major.</param>
public sealed record IndexedImage(int Width, int Height, byte[] Indices)
{
    /// <summary>Reads the indices of a palette PNG, or the values of an 8-bit grey one, as they stand in the file.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="name">What the user knows it by, for messages.</param>
    /// <param name="maxPixels">Largest width * height; checked before memory for the pixels is taken.</param>
    /// <exception cref="ImageFormatException">It is damaged, too large, no PNG, or of a colour type without indices.</exception>
    /// <exception cref="NativeImageCodecsException">The codecs could not be loaded.</exception>
    public static IndexedImage DecodePng(ReadOnlySpan<byte> encoded, string name, long maxPixels = ImageDecoder.DefaultMaxPixels)
    {
        NativeImageCodecs.EnsureLoaded();
        if (ImageDecoder.Recognize(encoded) != ImageFormat.Png)
            throw new ImageFormatException(name, encoded.IsEmpty ? "the file is empty" : "no PNG by its first bytes");
        Span<byte> error = stackalloc byte[NativeError.Capacity];
        error[0] = 0;
        int status = Interop.SpotImages.ReadHeader(
            encoded, encoded.Length, Math.Min(maxPixels, Array.MaxLength), out _, out int width, out int height, out _, error, error.Length);
        if (status == NativeError.TooLarge)
            throw new ImageFormatException(name, ImageDecoder.TooLarge(width, height, maxPixels));
        Check(status, name, error);
        byte[] indices = new byte[width * height];
        Check(Interop.SpotImages.DecodePngIndices(encoded, encoded.Length, indices, indices.Length, error, error.Length), name, error);
        return new IndexedImage(width, height, indices);
    }

    private static void Check(int status, string name, ReadOnlySpan<byte> error)
    {
        if (status == NativeError.NoMemory)
            throw new InsufficientMemoryException($"{name}: {NativeError.Read(error)}");
        if (status != NativeError.Ok)
            throw new ImageFormatException(name, NativeError.Read(error));
    }
}
