using System.Globalization;
using System.Text.RegularExpressions;

namespace SpotArtifacts.Images.Formats;

/// <summary>
/// Padding between coded data and the marker behind them, as some cameras write it. Bytes left over are also what damage shows by,
/// and where coded data end only a decoder knows. So it decides: what it has found to be left over is cut out where that is one
/// value again and again, which damage does not leave, and the file has to decode without a complaint then.
/// </summary>
internal static partial class JpegPadding
{
    /// <summary>Whether a decoder has found bytes left over.</summary>
    internal static bool IsComplaint(string reason) => Complaint().IsMatch(reason);

    /// <summary>The next place where as many bytes of padding stand as a decoder complains of; null where there is none.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="firstScan">Where its first scan begins.</param>
    /// <param name="from">Where to look.</param>
    /// <param name="reason">The decoder's words.</param>
    /// <param name="name">For messages.</param>
    internal static (int Begin, int End)? Find(ReadOnlySpan<byte> file, int firstScan, int from, string reason, string name)
    {
        Match match = Complaint().Match(reason);
        if (!match.Success || !int.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out int count) || count < 1)
            return null;
        byte marker = byte.Parse(match.Groups[2].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        foreach (int at in JpegScans.DataEnds(file, firstScan, name))
        {
            int end = at;
            while (end > from && file[end - 1] == 0xff)
                end--; // fill bytes are never left over
            // What is left over in a restart interval is told of at the next marker, or at one of those behind it.
            bool told = file[at + 1] == marker || file[at + 1] is >= JpegHeader.FirstRestart and <= JpegHeader.LastRestart;
            if (told && end > from && end - count >= from
                && !file[(end - count)..end].ContainsAnyExcept(file[end - 1]))
                return (end - count, end);
        }
        return null;
    }

    /// <summary>libjpeg's JWRN_EXTRANEOUS_DATA.</summary>
    [GeneratedRegex("([0-9]+) extraneous bytes before marker 0x([0-9a-f]{2})")]
    private static partial Regex Complaint();
}
