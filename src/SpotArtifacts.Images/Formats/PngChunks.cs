using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace SpotArtifacts.Images.Formats;

/// <summary>
/// A PNG's chunks (ISO/IEC 15948): every one whole, up to the end; and those that decide pixels, each with its checksum.
/// </summary>
internal readonly ref struct PngChunks
{
    private const int SignatureLength = 8, Frame = 12;
    private static readonly SearchValues<byte> s_letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);
    private readonly ReadOnlySpan<byte> _file;
    private readonly string _name;

    private PngChunks(ReadOnlySpan<byte> file, string name)
    {
        _file = file;
        _name = name;
    }

    /// <summary>Columns.</summary>
    internal long Width => BinaryPrimitives.ReadUInt32BigEndian(_file[16..]);

    /// <summary>Rows.</summary>
    internal long Height => BinaryPrimitives.ReadUInt32BigEndian(_file[20..]);

    /// <summary>Bits of a sample or palette index.</summary>
    internal int BitDepth => _file[24];

    /// <summary>0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha.</summary>
    internal int ColorType => _file[25];

    /// <summary>Whether the pixels come in Adam7's seven passes.</summary>
    internal bool IsInterlaced => _file[28] == 1;

    /// <summary>Reads the header of a file that begins with PNG's signature.</summary>
    /// <exception cref="ImageFormatException">It is damaged or cut off, or says what cannot be.</exception>
    internal static PngChunks Open(ReadOnlySpan<byte> file, string name)
    {
        PngChunks chunks = new(file, name);
        ReadOnlySpan<byte> header = chunks.Content(SignatureLength);
        if (!chunks.Is(SignatureLength, "IHDR"u8) || header.Length != 13)
            throw new ImageFormatException(name, "it does not begin with an IHDR chunk");
        bool depth = header[9] switch
        {
            0 => header[8] is 1 or 2 or 4 or 8 or 16,
            3 => header[8] is 1 or 2 or 4 or 8,
            2 or 4 or 6 => header[8] is 8 or 16,
            _ => false,
        };
        bool size = chunks.Width is > 0 and <= int.MaxValue && chunks.Height is > 0 and <= int.MaxValue;
        return !size || !depth || header[10] != 0 || header[11] != 0 || header[12] > 1
            ? throw new ImageFormatException(name, "its IHDR chunk says what cannot be")
            : chunks;
    }

    /// <summary>Verifies the chunks up to the end, and gives the EXIF orientation.</summary>
    /// <exception cref="ImageFormatException">A checksum is wrong, or the file is cut off.</exception>
    internal int Verify()
    {
        int orientation = 0;
        for (int at = SignatureLength; ; at = Next(at))
        {
            ReadOnlySpan<byte> content = Content(at);
            if (orientation == 0 && Is(at, "eXIf"u8))
                orientation = ExifOrientation.Read(content);
            if (Is(at, "IEND"u8))
                return Math.Max(1, orientation);
        }
    }

    /// <summary>
    /// A copy with the chunks that a decoder needs for the pixels: texts and profiles, which can unpack to anything, stay behind.
    /// </summary>
    internal byte[] Essentials()
    {
        byte[] copy = new byte[_file.Length];
        _file[..SignatureLength].CopyTo(copy);
        int end = SignatureLength;
        for (int at = SignatureLength; ; at = Next(at))
        {
            if (IsCritical(at) || Is(at, "tRNS"u8))
            {
                _file[at..Next(at)].CopyTo(copy.AsSpan(end));
                end += Next(at) - at;
            }
            if (Is(at, "IEND"u8))
                return copy[..end];
        }
    }

    /// <summary>The compressed pixels, joined.</summary>
    /// <exception cref="ImageFormatException">A palette picture has no palette.</exception>
    internal byte[] Pixels()
    {
        using MemoryStream joined = new();
        bool complete = ColorType != 3;
        for (int at = SignatureLength; !Is(at, "IEND"u8); at = Next(at))
        {
            complete |= Is(at, "PLTE"u8);
            if (Is(at, "IDAT"u8))
                joined.Write(
                    complete ? _file[(at + 8)..(Next(at) - 4)] : throw new ImageFormatException(_name, "its palette is missing"));
        }
        return joined.ToArray();
    }

    /// <summary>A capital: no decoder may pass it over.</summary>
    private bool IsCritical(int at) => char.IsAsciiLetterUpper((char)_file[at + 4]);

    /// <summary>Alpha is composited, and the orientation turns the picture.</summary>
    private bool DecidesPixels(int at) => IsCritical(at) || Is(at, "tRNS"u8) || Is(at, "eXIf"u8);

    private bool Is(int at, ReadOnlySpan<byte> type) => _file.Slice(at + 4, 4).SequenceEqual(type);

    private int Next(int at) => at + Frame + BinaryPrimitives.ReadInt32BigEndian(_file[at..]);

    /// <summary>What stands in the chunk at a place, once it has been found whole.</summary>
    private ReadOnlySpan<byte> Content(int at)
    {
        if (at > _file.Length - Frame)
            throw new ImageFormatException(_name, "the file is cut off: its end is missing");
        uint length = BinaryPrimitives.ReadUInt32BigEndian(_file[at..]);
        if (_file.Slice(at + 4, 4).ContainsAnyExcept(s_letters))
            throw new ImageFormatException(_name, $"there is no chunk at byte {at}, where one should begin");
        if (length > _file.Length - at - Frame)
            throw new ImageFormatException(_name, $"the file is cut off inside its {Latin(at)} chunk");
        ReadOnlySpan<byte> summed = _file.Slice(at + 4, 4 + (int)length);
        // Texts, times and profiles are not used: a wrong one changes no pixel.
        return !DecidesPixels(at)
            || Crc32.HashToUInt32(summed) == BinaryPrimitives.ReadUInt32BigEndian(_file[(at + 8 + (int)length)..])
            ? summed[4..] : throw new ImageFormatException(_name, $"the checksum (CRC) of its {Latin(at)} chunk is wrong");
    }

    private string Latin(int at) => System.Text.Encoding.Latin1.GetString(_file.Slice(at + 4, 4));
}
