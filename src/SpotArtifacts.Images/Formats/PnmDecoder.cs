namespace SpotArtifacts.Images.Formats;

/// <summary>
/// Portable pixmaps and greymaps, binary (P6, P5) or as text (P3, P2), of 8 or 16 bits (netpbm's ppm(5) and pgm(5)); the first
/// image of a file.
/// </summary>
internal static class PnmDecoder
{
    internal static bool IsPnm(ReadOnlySpan<byte> head) =>
        head.Length >= 4 && head[0] == 'P' && IsSpace(head[2]) && (head[1] is (byte)'5' or (byte)'6'
            || IsText(head) && (char.IsAsciiDigit((char)head[3]) || IsSpace(head[3]) || head[3] == '#'));

    /// <summary>Whether a file that is one has its pixels as text.</summary>
    internal static bool IsText(ReadOnlySpan<byte> file) => file[1] is (byte)'2' or (byte)'3';

    /// <summary>Whether a file that is one is grey.</summary>
    internal static bool IsGrey(ReadOnlySpan<byte> file) => file[1] is (byte)'2' or (byte)'5';

    /// <exception cref="ImageFormatException">Damaged, cut off or too large.</exception>
    internal static RgbImage Decode(ReadOnlySpan<byte> file, string name, long maxPixels)
    {
        int at = 2, channels = IsGrey(file) ? 1 : 3;
        int width = Number(file, ref at, name), height = Number(file, ref at, name), most = Number(file, ref at, name);
        if (width < 1 || height < 1 || most is < 1 or > ushort.MaxValue)
            throw new ImageFormatException(name, $"{width} x {height} pixels with values up to {most} are no picture");
        PixelLimit.Check(width, height, maxPixels, name);
        at++; // exactly one space before the pixels
        int bytes = IsText(file) || most > byte.MaxValue ? 2 : 1;
        long needed = (long)width * height * channels * bytes - (IsText(file) ? 1 : 0); // a digit and a space each, but the last
        if (at > file.Length || needed > file.Length - at)
            throw new ImageFormatException(name, "the file is cut off: its pixels are not all there");
        RgbImage image = new(width, height);
        if (IsText(file))
            return FromText(file, at, image, channels, most, name);
        Copy(file.Slice(at, (int)needed), image.Pixels, channels, bytes, most, name);
        return image;
    }

    private static RgbImage FromText(ReadOnlySpan<byte> file, int at, RgbImage image, int channels, int most, string name)
    {
        for (int i = 0; i < image.Pixels.Length; i += 3 / channels)
        {
            int value = Number(file, ref at, name, "the file is damaged or cut off: its pixels are not all there");
            image.Pixels.AsSpan(i, 3 / channels).Fill(Scaled(value, most, name));
        }
        return image;
    }

    private static void Copy(ReadOnlySpan<byte> from, Span<byte> to, int channels, int bytes, int most, string name)
    {
        for (int i = 0; i < to.Length; i++)
        {
            int value = channels == 3 ? i : i / 3;
            int sample = bytes == 1 ? from[value] : from[2 * value] << 8 | from[2 * value + 1];
            to[i] = Scaled(sample, most, name);
        }
    }

    private static byte Scaled(int sample, int most, string name) => sample <= most ? (byte)((sample * 255L + most / 2) / most)
        : throw new ImageFormatException(name, $"a value of {sample} is above the {most} that the header allows");

    private static int Number(
        ReadOnlySpan<byte> file, ref int at, string name,
        string? ofPixels = null)
    {
        while (at < file.Length && (IsSpace(file[at]) || file[at] == '#'))
            if (file[at++] == '#')
                while (at < file.Length && file[at] is not ((byte)'\n' or (byte)'\r'))
                    at++;
        long value = -1;
        for (; at < file.Length && char.IsAsciiDigit((char)file[at]) && value < int.MaxValue; at++)
            value = Math.Max(value, 0) * 10 + file[at] - '0';
        return value is >= 0 and <= int.MaxValue && (at == file.Length ? ofPixels is not null : IsSpace(file[at])) ? (int)value
            : throw new ImageFormatException(name, ofPixels ?? "the header is damaged: a number is missing or senseless");
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0b or 0x0c;
}
