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
    /// Whether all of it comes in a single scan, and whether there is what codecs warn of although no pixel depends on it: a
    /// sequential scan that claims to hold other than all coefficients whole, or padding behind a table.
    /// </returns>
    /// <exception cref="ImageFormatException">It has no end, or too many scans.</exception>
    internal static (bool Single, bool HasOddities) Check(ReadOnlySpan<byte> file, JpegHeader header, string name)
    {
        bool odd = false, single = header.IsSequential && JpegHeader.Payload(file, header.FirstScan, name) is [var components, ..]
            && components == header.Components;
        int scans = 0;
        for (int at = header.FirstScan; file[at + 1] != JpegHeader.EndOfImage;)
        {
            bool isScan = file[at + 1] == JpegHeader.StartOfScan;
            if (isScan && ++scans > (single ? 1 : Most))
                throw new ImageFormatException(name, single ? "a scan follows the last one" : $"more than {Most} scans");
            int end = SegmentEnd(file, at), next = NextMarker(file, end, name);
            odd |= isScan
                ? header.IsSequential && HasSelection(file, at, end) && !file[(end - 3)..end].SequenceEqual(s_allCoefficients)
                : IsPadding(file[end..next]);
            at = next;
        }
        return (single, odd);
    }

    /// <summary>Writes a checked file's scans and the tables between, without what codecs would warn of in vain.</summary>
    internal static void Copy(ReadOnlySpan<byte> file, JpegHeader header, Stream copy, string name)
    {
        int at = header.FirstScan;
        while (file[at + 1] != JpegHeader.EndOfImage)
        {
            bool isScan = file[at + 1] == JpegHeader.StartOfScan;
            int end = SegmentEnd(file, at), next = NextMarker(file, end, name);
            if (isScan && header.IsSequential && HasSelection(file, at, end))
            {
                copy.Write(file[at..(end - 3)]);
                copy.Write(s_allCoefficients);
                copy.Write(file[end..next]);
            }
            else
                copy.Write(file[at..(!isScan && IsPadding(file[end..next]) ? end : next)]);
            at = next;
        }
        copy.Write(file[at..]);
    }

    /// <summary>Places of the markers that stand behind coded data, those between restart intervals included.</summary>
    internal static List<int> DataEnds(ReadOnlySpan<byte> file, int firstScan, string name)
    {
        List<int> ends = [];
        for (int at = firstScan; file[at + 1] != JpegHeader.EndOfImage;)
        {
            int end = SegmentEnd(file, at), next = NextMarker(file, end, name);
            if (file[at + 1] == JpegHeader.StartOfScan)
            {
                for (int i = end; i < next; i++)
                    if (file[i] == 0xff && file[i + 1] is >= JpegHeader.FirstRestart and <= JpegHeader.LastRestart)
                        ends.Add(i);
                ends.Add(next);
            }
            at = next;
        }
        return ends;
    }

    private static bool IsPadding(ReadOnlySpan<byte> gap) =>
        gap.Length > 0 && gap[0] != 0xff && gap.TrimEnd((byte)0xff).ContainsAnyExcept(gap[0]) == false;

    /// <summary>Whether a scan's header has the length that it should: its last three bytes say which coefficients follow.</summary>
    private static bool HasSelection(ReadOnlySpan<byte> file, int at, int end) =>
        end <= file.Length && end - at >= 10 && end - at - 2 == 6 + 2 * file[at + 4];

    /// <summary>Behind a segment: its bytes are no markers.</summary>
    private static int SegmentEnd(ReadOnlySpan<byte> file, int at) =>
        at + 4 <= file.Length ? at + 2 + (file[at + 2] << 8 | file[at + 3]) : at + 2;

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
