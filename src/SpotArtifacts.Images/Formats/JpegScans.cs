namespace SpotArtifacts.Images.Formats;

/// <summary>Walks over a JPEG's scans without decoding them.</summary>
internal static class JpegScans
{
    // A progressive JPEG from any encoder in use has about ten; each scan is a pass over all coefficients.
    private const int Most = 200;

    /// <summary>Refuses a file that is cut off, and one that a decoder would be busy with for hours.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="header">What it says of itself.</param>
    /// <param name="name">For messages.</param>
    /// <returns>Whether all of it comes in a single scan.</returns>
    /// <exception cref="ImageFormatException">It has no end, or too many scans.</exception>
    internal static bool Check(ReadOnlySpan<byte> file, JpegHeader header, string name)
    {
        bool single = header.IsSequential && JpegHeader.Payload(file, header.FirstScan, name) is [var components, ..]
            && components == header.Components;
        int scans = 0;
        for (int at = header.FirstScan; ;)
        {
            byte marker = file[at + 1];
            if (marker == JpegHeader.EndOfImage)
                return single;
            if (marker == JpegHeader.StartOfScan && ++scans > (single ? 1 : Most))
                throw new ImageFormatException(name, single ? "a scan follows the last one" : $"more than {Most} scans");
            at += 2;
            // Segments between scans hold tables; their bytes are no markers.
            if (at + 2 <= file.Length)
                at += file[at] << 8 | file[at + 1];
            at = NextMarker(file, at, name);
        }
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
