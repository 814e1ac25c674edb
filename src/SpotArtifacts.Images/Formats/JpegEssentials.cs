using System.Buffers.Binary;

namespace SpotArtifacts.Images.Formats;

/// <summary>
/// A copy of a JPEG that holds what decides its pixels and nothing else: no metadata that a codec would parse in vain, and no
/// senseless number that it would warn about.
/// </summary>
internal static class JpegEssentials
{
    private const byte YccK = 2;

    /// <summary>The copy.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="header">What it says of itself.</param>
    /// <param name="name">For messages.</param>
    internal static byte[] Copy(ReadOnlySpan<byte> file, JpegHeader header, string name) =>
        Copy(file, header, header.Width, header.Height, emptyComponents: 0, name);

    /// <summary>The copy for libvips.</summary>
    /// <remarks>
    /// libvips takes a file of a single scan for finished with its last row and so misses that bytes are left over, which is what
    /// damage often shows by. With components that no scan holds libjpeg does not know which scan is the last, reads up to the
    /// file's end before it hands pixels out, and reports what it meets. Grey gets the two of chroma, which are neutral where
    /// nothing stands; luma and chroma get the fourth of Adobe's YCCK, whose other three come out as RGB.
    /// </remarks>
    /// <param name="file">The whole file.</param>
    /// <param name="header">What it says of itself.</param>
    /// <param name="width">Columns that the copy claims: as many, or a few more within the last block.</param>
    /// <param name="height">Rows that it claims.</param>
    /// <param name="single">Whether it has a single scan.</param>
    /// <param name="name">For messages.</param>
    internal static byte[] CopyForLibVips(
        ReadOnlySpan<byte> file, JpegHeader header, int width, int height, bool single, string name) =>
        Copy(file, header, width, height, !single || !header.IsLuma ? 0 : header.Components == 1 ? 2 : 1, name);

    private static byte[] Copy(
        ReadOnlySpan<byte> file, JpegHeader header, int width, int height, int emptyComponents, string name)
    {
        using MemoryStream copy = new(file.Length + 64);
        copy.Write(file[..2]);
        if (emptyComponents > 0)
            copy.Write(
                [0xff, JpegHeader.Adobe, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, (byte)(emptyComponents == 1 ? YccK : 1)]);
        ReadOnlySpan<byte> scan = JpegHeader.Payload(file, header.FirstScan, name);
        bool padded = false;
        for (int at = 2; at < header.FirstScan;)
        {
            byte marker = JpegHeader.MarkerAt(file, ref at, ref padded, name);
            if (marker == JpegHeader.StartOfScan)
                break;
            ReadOnlySpan<byte> payload = JpegHeader.Payload(file, at, name);
            at += 4 + payload.Length;
            if (JpegHeader.IsFrame(marker))
                Write(copy, marker, Frame(payload, scan, width, height, emptyComponents));
            else if (emptyComponents == 0 && marker is JpegHeader.Jfif or JpegHeader.Adobe)
                Write(copy, marker, Mended(marker, payload, header));
            else if (marker is not (>= 0xe0 and <= 0xef or JpegHeader.Comment))
                Write(copy, marker, payload);
        }
        JpegScans.Copy(file, header, copy, name);
        return copy.ToArray();
    }

    private static void Write(MemoryStream copy, byte marker, ReadOnlySpan<byte> payload)
    {
        int length = payload.Length + 2;
        copy.Write([0xff, marker, (byte)(length >> 8), (byte)length]);
        copy.Write(payload);
    }

    private static byte[] Frame(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> scan, int width, int height, int emptyComponents)
    {
        byte[] frame = [.. payload, .. new byte[3 * emptyComponents]];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)height);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(3), (ushort)width);
        for (int at = payload.Length; at < frame.Length; at += 3)
            // As coarse as can be: the less there is to decode of what is not there.
            (frame[at], frame[at + 1], frame[5]) = (FreeName(frame[..at], scan), 0x11, (byte)(frame[5] + 1));
        return frame;
    }

    /// <summary>A component's name that nothing in the file uses, a damaged scan's header included.</summary>
    private static byte FreeName(byte[] frame, ReadOnlySpan<byte> scan)
    {
        byte name = byte.MaxValue;
        while (frame.Contains(name) || scan.Contains(name))
            name--;
        return name;
    }

    private static byte[] Mended(byte marker, ReadOnlySpan<byte> payload, JpegHeader header)
    {
        byte[] mended = [.. payload];
        if (header.HasOddNumbers && marker == JpegHeader.Jfif && payload.Length >= 14)
            mended[5] = 1; // the version's first number
        else if (header.HasOddNumbers && marker == JpegHeader.Adobe && payload.Length >= 12 && payload[11] > 1)
            mended[11] = header.Components == 3 ? (byte)1 : YccK; // what decoders take an unknown transform for
        return mended;
    }
}
