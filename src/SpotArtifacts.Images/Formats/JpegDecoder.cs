namespace SpotArtifacts.Images.Formats;

/// <summary>
/// JPEG to RGB: by libjpeg-turbo where it is installed, else by libvips, with the same pixels; kinds that are not common always
/// take libvips. What a file must be like is judged here, before either.
/// </summary>
internal static class JpegDecoder
{
    // libjpeg's own limit.
    private const int MaxSide = 65_500;

    // Padding before each of a few scans; a file with more is decoded too often to be worth it.
    private const int MostCuts = 64, HeldBytes = 16;

    /// <summary>Decodes by what is installed.</summary>
    internal static RgbImage Decode(ReadOnlySpan<byte> file, string name, long maxPixels, DecodeTarget target) =>
        Decode(file, name, maxPixels, target, TurboJpegLibrary.IsLoaded);

    /// <param name="file">The whole file.</param>
    /// <param name="name">For messages.</param>
    /// <param name="maxPixels">Largest width * height.</param>
    /// <param name="target">How far it may be scaled down.</param>
    /// <param name="turbo">Whether libjpeg-turbo may be used.</param>
    /// <exception cref="ImageFormatException">It is damaged, too large or of a kind that is not read.</exception>
    internal static RgbImage Decode(ReadOnlySpan<byte> file, string name, long maxPixels, DecodeTarget target, bool turbo)
    {
        JpegHeader header = JpegHeader.Read(file, name);
        PixelLimit.Check(header.Width, header.Height, maxPixels, name);
        return Orientation.Upright(
            DecodePadded(file, header, target.Denominator(header.Width, header.Height), turbo, name), header.Orientation);
    }

    /// <summary>Decodes; where the decoder finds bytes left over that may be padding, without them.</summary>
    private static RgbImage DecodePadded(ReadOnlySpan<byte> file, JpegHeader header, int denominator, bool turbo, string name)
    {
        ImageFormatException first;
        try
        {
            return DecodeWhole(file, header, denominator, turbo, name);
        }
        catch (ImageFormatException damage)
        {
            first = damage;
        }
        string reason = first.Reason;
        int from = header.FirstScan;
        for (int cuts = 0; cuts < MostCuts; cuts++)
        {
            if (JpegPadding.Find(file, header.FirstScan, from, reason, name) is not { } padding)
                throw first;
            byte[] shorter = [.. file[..padding.Begin], .. file[padding.End..]];
            try
            {
                return DecodeWhole(shorter, header, denominator, turbo, name);
            }
            catch (ImageFormatException damage)
            {
                // Another complaint of the kind is about what comes behind; any other, that these bytes were needed.
                if (!JpegPadding.IsComplaint(damage.Reason))
                {
                    from = padding.End;
                    continue;
                }
                file = shorter;
                // A decoder holds a few bytes more than it tells of.
                (from, reason) = (Math.Max(header.FirstScan, padding.Begin - HeldBytes), damage.Reason);
            }
        }
        throw first;
    }

    private static RgbImage DecodeWhole(ReadOnlySpan<byte> file, JpegHeader header, int denominator, bool turbo, string name)
    {
        (bool single, bool odd) = JpegScans.Check(file, header, name);
        int width = (header.Width - 1) / denominator + 1, height = (header.Height - 1) / denominator + 1;
        if (Math.Max(width, height) * denominator > MaxSide)
            (denominator, width, height) = (1, header.Width, header.Height);
        // libvips rounds a scaled side down; in a copy that claims a multiple, within the same blocks, that is rounding up.
        return turbo && TurboJpeg.Reads(header, denominator)
            ? TurboJpeg.Decode(
                header.HasOddNumbers || odd ? JpegEssentials.Copy(file, header, name) : file, width, height, name)
            : VipsDecoder.DecodeJpeg(
                JpegEssentials.CopyForLibVips(file, header, width * denominator, height * denominator, single, name), denominator,
                header, name);
    }
}
