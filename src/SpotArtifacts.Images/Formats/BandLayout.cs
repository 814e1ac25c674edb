using System.Runtime.InteropServices;
using NetVips;

namespace SpotArtifacts.Images.Formats;

/// <summary>
/// How libvips hands pixels out, and how they become 8-bit RGB: without colour profiles, alpha composited onto white.
/// </summary>
internal sealed class BandLayout
{
    private readonly int _bands;
    private readonly bool _deep;
    private readonly FourBands? _inks;

    private BandLayout(int bands, bool deep, FourBands? inks) => (_bands, _deep, _inks) = (bands, deep, inks);

    /// <summary>Bytes of a pixel.</summary>
    internal int PixelBytes => _bands * (_deep ? 2 : 1);

    /// <summary>Whether the pixels are 8-bit RGB already.</summary>
    internal bool IsRgb => _bands == 3 && !_deep;

    /// <summary>The layout of an image, or null when it is of a kind that is not read.</summary>
    /// <param name="bands">Channels: grey or RGB, with or without alpha, or four inks.</param>
    /// <param name="format">8 or 16 bits, unsigned.</param>
    /// <param name="meaning">What the channels are.</param>
    /// <param name="inks">What they are where that says CMYK.</param>
    internal static BandLayout? Of(int bands, Enums.BandFormat format, Enums.Interpretation meaning, FourBands inks)
    {
        bool deep = format == Enums.BandFormat.Ushort, cmyk = meaning == Enums.Interpretation.Cmyk;
        bool read = (deep || format == Enums.BandFormat.Uchar) && (cmyk ? bands == 4
            : meaning is Enums.Interpretation.Bw or Enums.Interpretation.Grey16 ? bands is 1 or 2
            : meaning is Enums.Interpretation.Srgb or Enums.Interpretation.Rgb or Enums.Interpretation.Rgb16 && bands is 3 or 4);
        return read ? new BandLayout(bands, deep, cmyk ? inks : null) : null;
    }

    /// <summary>Converts pixels.</summary>
    /// <param name="from">As libvips holds them: channels side by side, 16-bit values in the machine's byte order.</param>
    /// <param name="to">Three bytes a pixel.</param>
    internal void ToRgb(ReadOnlySpan<byte> from, Span<byte> to)
    {
        if (_deep)
            from = Scaled(MemoryMarshal.Cast<byte, ushort>(from));
        if (_bands == 3)
            from.CopyTo(to);
        else if (_inks == FourBands.ColorAndNothing)
            FromColorAndNothing(from, to);
        else if (_inks is not null)
            FromInks(from, (byte)(_inks == FourBands.LightOfInks ? 0 : 255), to);
        else if (_bands == 4)
            FromColorAndAlpha(from, to);
        else
            FromGrey(from, _bands, to);
    }

    /// <summary>16 bits to 8, rounded.</summary>
    private static byte[] Scaled(ReadOnlySpan<ushort> values)
    {
        byte[] scaled = GC.AllocateUninitializedArray<byte>(values.Length);
        for (int i = 0; i < scaled.Length; i++)
            scaled[i] = (byte)(values[i] * 255u + 32895 >> 16);
        return scaled;
    }

    private static void FromGrey(ReadOnlySpan<byte> from, int bands, Span<byte> to)
    {
        for (int at = 0; at < to.Length; at += 3, from = from[bands..])
            to[at] = to[at + 1] = to[at + 2] = bands == 1 ? from[0] : OntoWhite(from[0], from[1]);
    }

    private static void FromColorAndAlpha(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (int at = 0; at < to.Length; at += 3, from = from[4..])
            (to[at], to[at + 1], to[at + 2]) =
                (OntoWhite(from[0], from[3]), OntoWhite(from[1], from[3]), OntoWhite(from[2], from[3]));
    }

    private static void FromColorAndNothing(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (int at = 0; at < to.Length; at += 3, from = from[4..])
            (to[at], to[at + 1], to[at + 2]) = (from[0], from[1], from[2]);
    }

    private static void FromInks(ReadOnlySpan<byte> from, byte flip, Span<byte> to)
    {
        for (int at = 0; at < to.Length; at += 3, from = from[4..])
            for (int channel = 0; channel < 3; channel++)
                to[at + channel] = (byte)(((from[channel] ^ flip) * (from[3] ^ flip) + 127) / 255);
    }

    private static byte OntoWhite(byte value, byte alpha) => (byte)((value * alpha + 255 * (255 - alpha) + 127) / 255);
}
