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
    private const string Sparse = "GNU.sparse.";

    /// <summary>Of a sparse file offset and length of each stored part; null where that does not stand here.</summary>
    internal List<long>? Parts { get; init; }

    /// <summary>Bytes of a sparse file with its holes.</summary>
    internal long? RealSize { get; init; }

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
        if (record.StartsWith(Sparse, StringComparison.Ordinal))
            return WithSparse(record[Sparse.Length..]) with { IsSparse = true };
        return !record.StartsWith("size=", StringComparison.Ordinal) ? this
            : long.TryParse(record.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out long size)
                ? this with { Size = size } : null;
    }

    private TarExtensions WithSparse(string record)
    {
        string value = record[(record.IndexOf('=') + 1)..];
        switch (record[..^value.Length])
        {
            case "name=":
                return this with { Name = value };
            case "size=" or "realsize=":
                return this with { RealSize = Number(value) };
            case "offset=" or "numbytes=":
                List<long> parts = Parts ?? [];
                parts.Add(Number(value));
                return this with { Parts = parts };
            case "map=":
                return this with { Parts = [.. value.Split(',').Select(Number)] };
            default:
                return this;
        }
    }

    // A number that is none makes no map.
    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : -1;
}
