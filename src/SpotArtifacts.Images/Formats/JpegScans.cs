namespace SpotArtifacts.Images.Formats;

/// <summary>Walks over a JPEG's scans without decoding them.</summary>
internal static class JpegScans
{
    // A progressive JPEG from any encoder in use has about ten; each scan is a pass over all coefficients.
    private const int Most = 200;

    // First, last, and no successive approximation.
    private static readonly byte[] s_allCoefficients = [0, 63, 0];

    /// <summary>Refuses a file that is cut off, and one that a decoder would be busy with for hours.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="header">What it says of itself.</param>
    /// <param name="name">For messages.</param>
    /// <returns>
    /// Whether all of it comes in a single scan, and whether a sequential scan claims to hold other than all coefficients whole:
    /// codecs warn, and decode all of them.
    /// </returns>
    /// <exception cref="ImageFormatException">It has no end, or too many scans.</exception>
    internal static (bool Single, bool HasOddNumbers) Check(ReadOnlySpan<byte> file, JpegHeader header, string name)
    {
        bool odd = false, single = header.IsSequential && JpegHeader.Payload(file, header.FirstScan, name) is [var components, ..]
            && components == header.Components;
        int scans = 0;
        for (int at = header.FirstScan; ;)
        {
            byte marker = file[at + 1];
            if (marker == JpegHeader.EndOfImage)
                return (single, odd);
            if (marker == JpegHeader.StartOfScan && ++scans > (single ? 1 : Most))
                throw new ImageFormatException(name, single ? "a scan follows the last one" : $"more than {Most} scans");
            if (marker == JpegHeader.StartOfScan && header.IsSequential && SelectionOf(file, at) is > 0 and var selection)
                odd |= !file.Slice(selection, 3).SequenceEqual(s_allCoefficients);
            at = Next(file, at, name);
        }
    }

    /// <summary>Lets every scan of a sequential file say what it holds: all coefficients, whole.</summary>
    internal static void MendSequential(Span<byte> file, int firstScan, string name)
    {
        for (int at = firstScan; file[at + 1] != JpegHeader.EndOfImage; at = Next(file, at, name))
            if (file[at + 1] == JpegHeader.StartOfScan && SelectionOf(file, at) is > 0 and var selection)
                s_allCoefficients.CopyTo(file[selection..]);
    }

    /// <summary>Where a scan's header says which coefficients it holds; 0 where its length is not that of one.</summary>
    private static int SelectionOf(ReadOnlySpan<byte> file, int at)
    {
        int length = at + 5 <= file.Length ? file[at + 2] << 8 | file[at + 3] : 0;
        return length >= 6 && length == 6 + 2 * file[at + 4] && at + 2 + length <= file.Length ? at + 2 + length - 3 : 0;
    }

    /// <summary>The next segment's marker. Segments between scans hold tables; their bytes are no markers.</summary>
    private static int Next(ReadOnlySpan<byte> file, int at, string name)
    {
        at += 2;
        if (at + 2 <= file.Length)
            at += file[at] << 8 | file[at + 1];
        return NextMarker(file, at, name);
    }

    /// <summary>The next marker that is neither inside coded data nor a restart.</summary>
    private static int NextMarker(ReadOnlySpan<byte> file, int at, string name)
    {
        while (at < file.Length)
        {
            int found = file[at..].IndexOf((byte)0xff);
            at += found;
            if (found < 0 || at + 1 >= file.Length)
                break;
            if (file[at + 1] is not (
                0 or JpegHeader.Temporary or 0xff or >= JpegHeader.FirstRestart and <= JpegHeader.LastRestart))
                return at;
            at += file[at + 1] == 0xff ? 1 : 2;
        }
        throw new ImageFormatException(name, "the file is cut off: its end is missing");
    }
}
