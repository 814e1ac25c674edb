using System.Buffers.Binary;

namespace SpotArtifacts.Tests.Support;

/// <summary>Windows bitmaps, sound or not.</summary>
internal static class BitmapBuilder
{
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows; negative for top-down.</param>
    /// <param name="bits">Bits a pixel.</param>
    /// <param name="rows">Pixel rows as stored, padding included.</param>
    /// <param name="palette">Blue, green, red, 0 for each entry; or bit fields.</param>
    /// <param name="compression">0, or 3 for bit fields.</param>
    internal static byte[] Build(int width, int height, int bits, byte[] rows, byte[]? palette = null, int compression = 0)
    {
        palette ??= [];
        byte[] file = new byte[54 + palette.Length + rows.Length];
        (file[0], file[1]) = ((byte)'B', (byte)'M');
        Put(file, 2, file.Length);
        Put(file, 10, 54 + palette.Length);
        Put(file, 14, 40);
        Put(file, 18, width);
        Put(file, 22, height);
        file[26] = 1;
        file[28] = (byte)bits;
        Put(file, 30, compression);
        Put(file, 46, bits <= 8 ? palette.Length / 4 : 0);
        palette.CopyTo(file, 54);
        rows.CopyTo(file, 54 + palette.Length);
        return file;
    }

    internal static void Put(byte[] file, int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
}
