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
    /// <summary>The file without the padding that a decoder complains of; null where what it complains of is something else.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="from">Where to look for it; moves to where it was.</param>
    /// <param name="reason">The decoder's words.</param>
    internal static byte[]? Cut(ReadOnlySpan<byte> file, ref int from, string reason)
    {
        Match match = Complaint().Match(reason);
        if (!match.Success || !int.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out int count) || count < 1)
            return null;
        byte marker = byte.Parse(match.Groups[2].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        for (int at = from; file[at..].IndexOf([(byte)0xff, marker]) is >= 0 and var found; at++)
        {
            at += found;
            int end = at;
            while (end > from && file[end - 1] == 0xff)
                end--; // fill bytes are never left over
            if (end - count < from || file[(end - count)..end].ContainsAnyExcept(file[end - 1]))
                continue;
            from = end - count;
            return [.. file[..from], .. file[end..]];
        }
        return null;
    }

    /// <summary>libjpeg's JWRN_EXTRANEOUS_DATA.</summary>
    [GeneratedRegex("([0-9]+) extraneous bytes before marker 0x([0-9a-f]{2})")]
    private static partial Regex Complaint();
}
