namespace SpotArtifacts.Images.Voc;

/// <summary>Reads SegmentationClass/ID.png: palette index = class + 1, 0 = background, 255 = not to be judged.</summary>
internal static class VocMaskFile
{
    /// <summary>Largest file read.</summary>
    internal const int MaxLength = 1 << 26;

    /// <summary>Decodes one mask.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="path">For messages.</param>
    /// <param name="maxPixels">Largest width * height.</param>
    /// <exception cref="VocException">It is damaged, no palette PNG, or has an index that is no class.</exception>
    internal static IndexedImage Parse(ReadOnlySpan<byte> content, string path, long maxPixels = ImageDecoder.DefaultMaxPixels)
    {
        if (content.Length > MaxLength)
            throw new VocException(
                $"{path}: {content.Length} bytes are more than the {MaxLength} a mask may have. Unpack the devkit again.");
        IndexedImage mask;
        try
        {
            mask = PngFile.DecodeIndices(content, path, maxPixels);
        }
        catch (ImageFormatException damaged)
        {
            throw new VocException(
                $"{path}: {damaged.Reason}. A mask is a PNG whose palette indices are classes; unpack the devkit again.",
                damaged);
        }
        for (int i = 0; i < mask.Indices.Length; i++)
            if (mask.Indices[i] is >= VocClasses.MaskClasses and not VocClasses.Ignore)
                throw new VocException(
                    $"{path}: index {mask.Indices[i]} at column {i % mask.Width}, row {i / mask.Width} is neither a class (0 " +
                    $"to {VocClasses.MaskClasses - 1}) nor {VocClasses.Ignore}. Unpack the devkit again.");
        return mask;
    }
}
