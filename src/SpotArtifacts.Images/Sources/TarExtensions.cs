using System.Globalization;
using System.Text;

namespace SpotArtifacts.Images.Sources;

/// <summary>What pax headers and GNU's long names say of the entry behind them.</summary>
/// <param name="Name">Its name; null where its header has it.</param>
/// <param name="Link">Where it leads; null where its header has it.</param>
/// <param name="Size">Its bytes; null where its header has them.</param>
/// <param name="IsSparse">Whether it is stored without its holes.</param>
internal readonly record struct TarExtensions(string? Name, string? Link, long? Size, bool IsSparse)
{
    private const string SparseName = "GNU.sparse.name=";

    /// <summary>These and what a pax header adds, records "LENGTH key=value\n"; null where one is malformed.</summary>
    internal TarExtensions? With(ReadOnlySpan<byte> records)
    {
        TarExtensions result = this;
        while (records.Length > 0)
        {
            int space = records.IndexOf((byte)' ');
            if (space < 1 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int whole) ||
                whole <= space + 1 || whole > records.Length || records[whole - 1] != '\n')
                return null;
            if (result.With(Encoding.UTF8.GetString(records[(space + 1)..(whole - 1)])) is not { } more)
                return null;
            result = more;
            records = records[whole..];
        }
        return result;
    }

    private TarExtensions? With(string record)
    {
        if (record.StartsWith("path=", StringComparison.Ordinal))
            return this with { Name = IsSparse && Name is not null ? Name : record[5..] };
        if (record.StartsWith("linkpath=", StringComparison.Ordinal))
            return this with { Link = record[9..] };
        if (record.StartsWith(SparseName, StringComparison.Ordinal))
            return this with { Name = record[SparseName.Length..], IsSparse = true };
        if (record.StartsWith("GNU.sparse.", StringComparison.Ordinal))
            return this with { IsSparse = true };
        return !record.StartsWith("size=", StringComparison.Ordinal) ? this
            : long.TryParse(record.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out long size)
                ? this with { Size = size } : null;
    }
}
