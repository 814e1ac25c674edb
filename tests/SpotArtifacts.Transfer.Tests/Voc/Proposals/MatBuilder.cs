using System.IO.Compression;
using System.Text;

namespace SpotArtifacts.Transfer.Tests.Voc.Proposals;

/// <summary>MATLAB 5 files, element by element.</summary>
internal sealed class MatBuilder
{
    private readonly List<byte> _file = [];

    internal MatBuilder()
    {
        byte[] header = new byte[128];
        Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file").CopyTo(header, 0);
        (header[125], header[126], header[127]) = (1, (byte)'I', (byte)'M');
        _file.AddRange(header);
    }

    internal MatBuilder Add(byte[] element)
    {
        _file.AddRange(element);
        return this;
    }

    internal MatBuilder AddCompressed(byte[] element)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(element);
        _file.AddRange([.. BitConverter.GetBytes(15), .. BitConverter.GetBytes((int)packed.Length), .. packed.ToArray()]);
        return this;
    }

    internal byte[] Build() => [.. _file];

    /// <summary>Doubles (class 6), stored as the given type: 9 doubles, 4 unsigned 16-bit numbers, 2 bytes.</summary>
    internal static byte[] Numbers(string name, int rows, int columns, double[] byColumn, int type = 9) =>
        Array(name, 6, [rows, columns], Element(type, [.. byColumn.SelectMany(v => type switch
    {
        9 => BitConverter.GetBytes(v),
        4 => BitConverter.GetBytes((ushort)v),
        _ => [(byte)v],
    })]));

    internal static byte[] Text(string name, string text) =>
        Array(name, 4, [1, text.Length], Element(4, [.. text.SelectMany(c => BitConverter.GetBytes((ushort)c))]));

    internal static byte[] Cell(string name, params byte[][] elements) =>
        Array(name, 1, [elements.Length, 1], [.. elements.SelectMany(e => e)]);

    internal static byte[] Array(string name, int kind, int[] dimensions, byte[] content) => Element(14,
    [
        .. Element(6, [.. BitConverter.GetBytes(kind), 0, 0, 0, 0]),
        .. Element(5, [.. dimensions.SelectMany(BitConverter.GetBytes)]), .. Element(1, Encoding.ASCII.GetBytes(name)),
        .. content,
    ]);

    /// <summary>A tag and its data, in the small form where that fits.</summary>
    internal static byte[] Element(int type, byte[] data)
    {
        if (data.Length is > 0 and <= 4)
            return [.. BitConverter.GetBytes((ushort)type), .. BitConverter.GetBytes((ushort)data.Length), .. data,
                .. new byte[4 - data.Length]];
        return [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(data.Length), .. data,
            .. new byte[(8 - data.Length % 8) % 8]];
    }
}
