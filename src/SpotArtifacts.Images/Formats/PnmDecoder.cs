namespace SpotArtifacts.Images.Formats;

/// <summary>
/// Binary portable pixmaps and greymaps, P6 and P5, of 8 or 16 bits (netpbm's ppm(5) and pgm(5)); the first image of a file.
/// </summary>
internal static class PnmDecoder
{
    internal static bool IsPnm(ReadOnlySpan<byte> head) =>
        head.Length >= 3 && head[0] == 'P' && head[1] is (byte)'5' or (byte)'6' && IsSpace(head[2]);

    /// <exception cref="ImageFormatException">Damaged, cut off or too large.</exception>
    internal static RgbImage Decode(ReadOnlySpan<byte> file, string name, long maxPixels)
    {
        int at = 2, channels = file[1] == '6' ? 3 : 1;
        int width = Number(file, ref at, name), height = Number(file, ref at, name), most = Number(file, ref at, name);
        if (width < 1 || height < 1 || most is < 1 or > ushort.MaxValue)
            throw new ImageFormatException(name, $"{width} x {height} pixels with values up to {most} are no picture");
        PixelLimit.Check(width, height, maxPixels, name);
        at++; // exactly one space before the pixels
        int bytes = most > byte.MaxValue ? 2 : 1;
        long needed = (long)width * height * channels * bytes;
        if (at > file.Length || needed > file.Length - at)
            throw new ImageFormatException(name, "the file is cut off: its pixels are not all there");
        RgbImage image = new(width, height);
        Copy(file.Slice(at, (int)needed), image.Pixels, channels, bytes, most, name);
        return image;
    }

    private static void Copy(ReadOnlySpan<byte> from, Span<byte> to, int channels, int bytes, int most, string name)
    {
        for (int i = 0; i < to.Length; i++)
        {
            int value = channels == 3 ? i : i / 3;
            int sample = bytes == 1 ? from[value] : from[2 * value] << 8 | from[2 * value + 1];
            if (sample > most)
                throw new ImageFormatException(name, $"a value of {sample} is above the {most} that the header allows");
            to[i] = (byte)((sample * 255 + most / 2) / most);
        }
    }

    private static int Number(ReadOnlySpan<byte> file, ref int at, string name)
    {
        while (at < file.Length && (IsSpace(file[at]) || file[at] == '#'))
            if (file[at++] == '#')
                while (at < file.Length && file[at] is not ((byte)'\n' or (byte)'\r'))
                    at++;
        long value = -1;
        for (; at < file.Length && char.IsAsciiDigit((char)file[at]) && value < int.MaxValue; at++)
            value = Math.Max(value, 0) * 10 + file[at] - '0';
        return value is >= 0 and <= int.MaxValue && at < file.Length && IsSpace(file[at]) ? (int)value
            : throw new ImageFormatException(name, "the header is damaged: a number is missing or senseless");
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0b or 0x0c;
}
