using System.Buffers.Binary;

namespace SpotArtifacts.Images.Sources;

/// <summary>Names for files that are no images, or images that nothing here reads, by their first bytes or else their names.</summary>
internal static class UnreadKinds
{
    /// <summary>Bytes that are enough to tell.</summary>
    internal const int HeadLength = 64;

    private const string Heic = "HEIC", CameraRaw = "camera raw", JpegXl = "JPEG XL", Jpeg2000 = "JPEG 2000";

    // TIFF inside, but its first picture is a thumbnail: what the camera saw, only a raw converter shows.
    private static readonly string[] s_rawExtensions =
        ["3fr", "arw", "cr2", "dng", "erf", "fff", "iiq", "kdc", "mef", "mos", "nef", "nrw", "orf", "pef", "rw2", "srw"];

    private static readonly string[] s_heicBrands =
        ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"];

    /// <summary>Whether a file whose name is no image's is one by its content.</summary>
    internal static bool IsImage(string name, ReadOnlySpan<byte> head) => ImageDecoder.Recognize(head) switch
    {
        ImageFormat.Unknown => false,
        ImageFormat.Tiff => !IsCameraRaw(name, head),
        _ => true,
    };

    /// <summary>A word or two for people.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="head">Its first bytes.</param>
    internal static string Of(string name, ReadOnlySpan<byte> head)
    {
        if (OfContent(head) is { } known)
            return known;
        if (IsCameraRaw(name, head))
            return CameraRaw;
        string extension = Path.GetExtension(name).ToLowerInvariant();
        return head.IsEmpty ? "empty" : extension.Length > 1 ? extension : "without an extension";
    }

    /// <summary>The format of an image that nothing here reads; null where the first bytes say none.</summary>
    internal static string? OfContent(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xff, 0x0a]) || head.Length >= 8 && head[4..8].SequenceEqual("JXL "u8) ? JpegXl
        : head.StartsWith((ReadOnlySpan<byte>)[0xff, 0x4f, 0xff, 0x51]) || head.Length >= 8 && head[4..8].SequenceEqual("jP  "u8)
            ? Jpeg2000
        : head.StartsWith("8BPS"u8) ? "Photoshop"
        : head.StartsWith("FUJIFILMCCD-RAW"u8) || head.Length >= 12 && head[4..12].SequenceEqual("ftypcrx "u8) ? CameraRaw
        : head.Length >= 12 && head[4..8].SequenceEqual("ftyp"u8) ? IsHeic(head) ? Heic : "MP4 or QuickTime"
        : null;

    /// <summary>What makes an image of a kind readable; null where there is nothing to be done, or it is no image.</summary>
    internal static string? Remedy(string kind) => kind switch
    {
        Heic => "HEIC is not read: convert it, for example with \"heif-convert IN.heic OUT.jpg\" (Debian: libheif-examples), "
            + "\"magick\", or on macOS \"sips -s format jpeg\"",
        JpegXl => "JPEG XL is not read: convert it, for example with \"djxl IN.jxl OUT.png\"",
        Jpeg2000 => "JPEG 2000 is not read: convert it, for example with \"opj_decompress -i IN.jp2 -o OUT.png\"",
        CameraRaw => "camera raw is not read: develop it, for example with \"darktable-cli IN OUT.jpg\"",
        _ => null,
    };

    private static bool IsCameraRaw(string name, ReadOnlySpan<byte> head)
    {
        string extension = Path.GetExtension(name);
        return head.Length >= 10 && head[8..10].SequenceEqual("CR"u8) && head[0] is (byte)'I' or (byte)'M'
            || extension.Length > 1 && s_rawExtensions.Contains(extension[1..], StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsHeic(ReadOnlySpan<byte> head)
    {
        int end = (int)Math.Min((uint)head.Length, BinaryPrimitives.ReadUInt32BigEndian(head));
        for (int at = 8; at + 4 <= end; at += 4)
            foreach (string brand in s_heicBrands)
                if (head.Slice(at, 4).SequenceEqual(System.Text.Encoding.ASCII.GetBytes(brand)))
                    return true;
        return false;
    }
}
