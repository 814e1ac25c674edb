using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace SpotArtifacts.Transfer.Voc.Proposals;

/// <summary>A variable of a MATLAB file, or an element of a cell: numbers, text, or a cell of further ones.</summary>
/// <param name="Name">Its name; empty inside a cell.</param>
/// <param name="Dimensions">Sizes of its dimensions.</param>
/// <param name="Numbers">Its numbers (characters' codes for text), column by column; null for a cell.</param>
/// <param name="Cells">Its elements, column by column; null for others.</param>
internal sealed record MatArray(string Name, IReadOnlyList<int> Dimensions, double[]? Numbers, IReadOnlyList<MatArray>? Cells)
{
    /// <summary>Its characters.</summary>
    internal string Text => Numbers is null ? ""
        : string.Concat(Numbers.Select(code => code is >= 0 and <= char.MaxValue ? (char)code : '?'));
}

/// <summary>
/// Reads MATLAB 5 files (MathWorks, "MAT-File Format", level 5): little-endian, compressed or not; real numeric arrays, text and
/// cells. Other variables are passed over. What is allocated stays within a small multiple of the file, compressed data within a
/// ratio.
/// </summary>
internal sealed class MatFile
{
    // Rows of small whole numbers shrink to a tenth at most.
    private const int MaxRatio = 25, HeaderLength = 128, MaxDepth = 4, MaxDimensions = 8;
    private const int Matrix = 14, Compressed = 15;
    private const int CellClass = 1, CharClass = 4, FirstNumericClass = 6, LastNumericClass = 15;
    private const uint ComplexFlag = 0x0800;
    private readonly string _path;
    private readonly List<MatArray> _arrays = [];

    private MatFile(string path) => _path = path;

    /// <summary>All variables it can read.</summary>
    /// <exception cref="SpotException">It is no such file, or damaged.</exception>
    internal static IReadOnlyList<MatArray> Parse(byte[] file, string path)
    {
        var reader = new MatFile(path);
        if (file.Length < HeaderLength || file[126] != 'I' || file[127] != 'M')
            throw reader.Damaged(
                "no MATLAB 5 file in little-endian order (a MATLAB 7.3 file is another format: save it with '-v7')");
        ReadOnlySpan<byte> rest = file.AsSpan(HeaderLength);
        while (rest.Length > 0)
        {
            (int type, int start, int length, int next) = reader.Tag(rest);
            if (type == Compressed)
                reader.AddCompressed(rest.Slice(start, length));
            else if (type == Matrix)
                reader.AddArray(rest.Slice(start, length));
            rest = rest[(type == Compressed ? start + length : next)..]; // compressed elements are not padded
        }
        return reader._arrays;
    }

    private SpotException Damaged(string what) => new($"{_path}: {what}");

    /// <summary>An element's type, where its data starts, its length, and where the next element starts.</summary>
    private (int Type, int Start, int Length, int Next) Tag(ReadOnlySpan<byte> data)
    {
        if (data.Length < 8)
            throw Damaged("the file is cut off inside an element's tag");
        uint first = BinaryPrimitives.ReadUInt32LittleEndian(data);
        if (first >> 16 != 0) // small element: type and length in one word, data in the next
        {
            int small = (int)(first >> 16);
            return small <= 4 ? ((int)(first & 0xffff), 4, small, 8)
                : throw Damaged($"a small element of {small} bytes cannot be");
        }
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
        if (length > data.Length - 8)
            throw Damaged(
                $"an element of {length} bytes does not fit into the {data.Length - 8} that are left: the file is cut off or "
                    + "damaged");
        return ((int)first, 8, (int)length, (int)Math.Min(data.Length, 8 + (((long)length + 7) / 8 * 8)));
    }

    private void AddCompressed(ReadOnlySpan<byte> packed)
    {
        using MemoryStream unpacked = new();
        try
        {
            using MemoryStream source = new(packed.ToArray(), writable: false);
            using ZLibStream zlib = new(source, CompressionMode.Decompress);
            byte[] buffer = new byte[1 << 16];
            for (int read; (read = zlib.Read(buffer)) > 0;)
            {
                unpacked.Write(buffer, 0, read);
                if (unpacked.Length > (long)MaxRatio * packed.Length + (1 << 16))
                    throw Damaged($"a variable unpacks to more than {MaxRatio} times its size");
            }
        }
        // Nothing but memory is read here, so an IOException is zlib's too: it has no better name for what asks for a dictionary.
        catch (Exception damaged) when (damaged is InvalidDataException or IOException)
        {
            throw new SpotException($"{_path}: compressed data are damaged ({damaged.Message})", damaged);
        }
        ReadOnlySpan<byte> data = unpacked.GetBuffer().AsSpan(0, (int)unpacked.Length);
        (int type, int start, int length, _) = Tag(data);
        if (type == Matrix)
            AddArray(data.Slice(start, length));
    }

    private void AddArray(ReadOnlySpan<byte> data)
    {
        if (Array(data, 0) is { } array)
            _arrays.Add(array);
    }

    /// <summary>A matrix element's content; null for a class that is not read.</summary>
    private MatArray? Array(ReadOnlySpan<byte> data, int depth)
    {
        if (depth > MaxDepth)
            throw Damaged($"cells are nested more than {MaxDepth} deep");
        if (data.Length == 0)
            return new MatArray("", [0, 0], [], null); // an empty cell element
        ReadOnlySpan<byte> flags = Next(ref data, out _), sizes = Next(ref data, out _), name = Next(ref data, out _);
        if (flags.Length < 8 || sizes.Length < 8 || sizes.Length > 4 * MaxDimensions)
            throw Damaged("a variable's flags or dimensions are damaged");
        uint word = BinaryPrimitives.ReadUInt32LittleEndian(flags);
        int kind = (int)(word & 0xff);
        int[] dimensions = new int[sizes.Length / 4];
        long count = 1;
        for (int i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = BinaryPrimitives.ReadInt32LittleEndian(sizes[(4 * i)..]);
            // Every element has a byte or a tag of its own in the data.
            if (dimensions[i] < 0 || (count *= dimensions[i]) > data.Length)
                throw Damaged($"dimensions {string.Join(" x ", dimensions[..(i + 1)])} need more data than there are");
        }
        string text = Encoding.ASCII.GetString(name);
        if (kind == CellClass)
            return new MatArray(text, dimensions, null, Cells(data, (int)count, depth));
        if (kind is not (CharClass or >= FirstNumericClass and <= LastNumericClass) || (word & ComplexFlag) != 0)
            return null;
        ReadOnlySpan<byte> numbers = Next(ref data, out int type);
        return new MatArray(text, dimensions, Numbers(numbers, type, (int)count), null);
    }

    private MatArray[] Cells(ReadOnlySpan<byte> data, int count, int depth)
    {
        MatArray[] cells = new MatArray[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> element = Next(ref data, out int type);
            if (type != Matrix)
                throw Damaged($"element {i} of a cell is of type {type}, not an array");
            cells[i] = Array(element, depth + 1)
                ?? throw Damaged($"element {i} of a cell is neither numbers nor text nor a cell");
        }
        return cells;
    }

    private ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> data, out int type)
    {
        (type, int start, int length, int next) = Tag(data);
        ReadOnlySpan<byte> content = data.Slice(start, length);
        data = data[next..];
        return content;
    }

    // Numbers are stored in the smallest type that holds them, whatever their class.
    private double[] Numbers(ReadOnlySpan<byte> data, int type, int count)
    {
        int size = type switch
        {
            1 or 2 or 16 => 1,
            3 or 4 or 17 => 2,
            5 or 6 or 7 => 4,
            9 or 12 or 13 => 8,
            _ => throw Damaged($"numbers of type {type} are not read")
        };
        if (data.Length < (long)size * count)
            throw Damaged($"{count} numbers of {size} bytes do not fit into {data.Length}");
        double[] numbers = new double[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> at = data[(i * size)..];
            numbers[i] = type switch
            {
                1 => (sbyte)at[0],
                2 or 16 => at[0],
                3 => BinaryPrimitives.ReadInt16LittleEndian(at),
                4 or 17 => BinaryPrimitives.ReadUInt16LittleEndian(at),
                5 => BinaryPrimitives.ReadInt32LittleEndian(at),
                6 => BinaryPrimitives.ReadUInt32LittleEndian(at),
                7 => BinaryPrimitives.ReadSingleLittleEndian(at),
                9 => BinaryPrimitives.ReadDoubleLittleEndian(at),
                12 => BinaryPrimitives.ReadInt64LittleEndian(at),
                _ => BinaryPrimitives.ReadUInt64LittleEndian(at),
            };
        }
        return numbers;
    }
}
