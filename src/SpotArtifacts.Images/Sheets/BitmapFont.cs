namespace SpotArtifacts.Images;

/// <summary>
/// A 5 x 7 pixel font for printable ASCII, drawn for this project: enough to label a sheet, no font file needed.
/// </summary>
internal static class BitmapFont
{
    /// <summary>Columns of a character, without the free one after it.</summary>
    public const int Width = 5;

    /// <summary>Rows of a character.</summary>
    public const int Height = 7;

    // Space to '~'. 35 bits each: rows top to bottom, the leftmost pixel of a row first, the last pixel in bit 0.
    private static readonly ulong[] s_glyphs =
    [
        0x000000000, 0x108421004, 0x294000000, 0x295F57D4A, 0x11F4717C4, 0x632222263, 0x32544564D, 0x108000000,
        0x088842082, 0x208210888, 0x009575480, 0x0084F9080, 0x000003088, 0x0000F8000, 0x00000018C, 0x002222200,
        0x3A33AE62E, 0x11842108E, 0x3A211111F, 0x7C441062E, 0x08CA97C42, 0x7E1E0862E, 0x1910F462E, 0x7C2222108,
        0x3A317462E, 0x3A317844C, 0x018C03180, 0x018C03088, 0x088882082, 0x001F07C00, 0x208208888, 0x3A2111004,
        0x3A216D6AE, 0x3A31FC631, 0x7A31F463E, 0x3A308422E, 0x72518C65C, 0x7E10F421F, 0x7E10F4210, 0x3A30BC62F,
        0x4631FC631, 0x38842108E, 0x1C4210A4C, 0x4654C5251, 0x42108421F, 0x4775AC631, 0x4639ACE31, 0x3A318C62E,
        0x7A31F4210, 0x3A318D64D, 0x7A31F5251, 0x3E107043E, 0x7C8421084, 0x46318C62E, 0x46318C544, 0x4631AD6AA,
        0x462A22A31, 0x462A21084, 0x7C222221F, 0x39084210E, 0x020820820, 0x38421084E, 0x115100000, 0x00000001F,
        0x208000000, 0x000E0BE2F, 0x4216CC63E, 0x000E8422E, 0x042D9C62F, 0x000E8FE0E, 0x1928E2108, 0x01F18BC2E,
        0x4216CC631, 0x100C2108E, 0x080610A4C, 0x4212A6292, 0x30842108E, 0x001AAD631, 0x0016CC631, 0x000E8C62E,
        0x001E8FA10, 0x000D9BC21, 0x0016CC210, 0x000F8383E, 0x211C42126, 0x00118C66D, 0x00118C544, 0x00118D6AA,
        0x001151151, 0x00118BC2E, 0x001F1111F, 0x088441082, 0x108421084, 0x208411088, 0x0008A8800,
    ];

    /// <summary>Columns that a text takes.</summary>
    /// <param name="text">What is drawn.</param>
    /// <param name="scale">Pixels of the picture for each of the font's, 1 or more.</param>
    public static int Measure(string text, int scale = 1)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 0 ? 0 : scale * (text.Length * (Width + 1) - 1);
    }

    /// <summary>
    /// Draws a text, each of its pixels a square of <paramref name="scale"/>; what lies outside the picture is left out.
    /// </summary>
    /// <param name="image">Picture to draw into.</param>
    /// <param name="text">Printable ASCII; other characters are drawn as '?'.</param>
    /// <param name="left">Column of the text's left edge.</param>
    /// <param name="top">Row of its upper edge.</param>
    /// <param name="color">Its colour.</param>
    /// <param name="scale">Pixels of the picture for each of the font's, 1 or more.</param>
    public static void Draw(RgbImage image, string text, int left, int top, (byte R, byte G, byte B) color, int scale = 1)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(text);
        for (int i = 0; i < text.Length; i++)
        {
            ulong glyph = s_glyphs[(text[i] is >= ' ' and <= '~' ? text[i] : '?') - ' '];
            for (int bit = 0; bit < Width * Height; bit++)
                if ((glyph >> (Width * Height - 1 - bit) & 1) != 0)
                    Square(image, left + scale * (i * (Width + 1) + bit % Width), top + scale * (bit / Width), scale, color);
        }
    }

    private static void Square(RgbImage image, int left, int top, int side, (byte R, byte G, byte B) color)
    {
        for (int y = top; y < top + side; y++)
            for (int x = left; x < left + side; x++)
                Dot(image, x, y, color);
    }

    private static void Dot(RgbImage image, int x, int y, (byte R, byte G, byte B) color)
    {
        if ((uint)x >= (uint)image.Width || (uint)y >= (uint)image.Height)
            return;
        int at = 3 * (y * image.Width + x);
        (image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]) = color;
    }
}
