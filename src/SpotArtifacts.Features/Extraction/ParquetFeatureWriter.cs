using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Parquet;
using Parquet.Schema;

namespace SpotArtifacts.Features.Extraction;

/// <summary>
/// Apache Parquet: columns <c>name</c>, <c>label</c> (null where there is none) and <c>embedding</c>, a list of floats. Such a file says
/// at its end what is in it and cannot be continued, so rows are kept as plain records, and the file is written from them, row group
/// by row group, when all are there: memory holds one group, and an interrupted run ends with the same bytes.
/// </summary>
internal sealed class ParquetFeatureWriter : FeatureWriter
{
    // Of one row group: Parquet.Net holds its numbers, their levels and their encoding at once.
    private const int GroupNumbers = 1 << 20, MostGroupRows = 1 << 16;

    private readonly int _dimensions;
    private readonly Dictionary<string, string> _metadata;

    // The format has no lists of a fixed size: each row's list has as many numbers. In it a list may always be null.
    private readonly ParquetSchema _schema = new(
        new DataField("name", typeof(string), isNullable: false), new DataField("label", typeof(int), isNullable: true),
        new ListField("embedding", new DataField("element", typeof(float), isNullable: false)));

    /// <param name="rowShape">How a row is laid out.</param>
    /// <param name="metadata">What the file says of its features.</param>
    internal ParquetFeatureWriter(IReadOnlyList<long> rowShape, IReadOnlyDictionary<string, string> metadata)
    {
        _dimensions = checked((int)rowShape.Aggregate(1L, (a, b) => a * b));
        _metadata = new(metadata.Where(text => text.Key != "format")) { ["shape"] = string.Join(',', rowShape) };
    }

    internal override byte[] Head(long rows) => [];

    /// <summary>A record: length of the name, label, name, numbers.</summary>
    internal override void Append(Stream stream, ReadOnlySpan<float> values, IReadOnlyList<(string Name, int Label)> images)
    {
        Span<byte> head = stackalloc byte[8];
        for (int row = 0; row < images.Count; row++)
        {
            byte[] name = Encoding.UTF8.GetBytes(images[row].Name);
            BinaryPrimitives.WriteInt32LittleEndian(head, name.Length);
            BinaryPrimitives.WriteInt32LittleEndian(head[4..], images[row].Label);
            stream.Write(head);
            stream.Write(name);
            stream.Write(MemoryMarshal.AsBytes(values.Slice(row * _dimensions, _dimensions)));
        }
    }

    // On the pool, so that a caller with a synchronisation context cannot wait for itself.
    internal override Action<Stream> Conversion(Stream records, long rows, CancellationToken cancellation) => output =>
        Task.Run(() => WriteGroupsAsync(records, rows, output, cancellation), CancellationToken.None).GetAwaiter().GetResult();

    private async Task WriteGroupsAsync(Stream records, long rows, Stream output, CancellationToken cancellation)
    {
        int most = (int)Math.Min(rows, Math.Clamp(GroupNumbers / _dimensions, 1, MostGroupRows));
        Group group = new(most, _dimensions);
        ParquetOptions options = new()
        {
            // No name is there twice.
            DictionaryEncodingThreshold = 0,
            MaximumSmallPoolFreeBytes = 1 << 24,
            MaximumLargePoolFreeBytes = 1 << 26,
        };
        ParquetWriter writer = await ParquetWriter.CreateAsync(_schema, output, options, false, cancellation)
            .ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            writer.CustomMetadata = _metadata;
            for (long first = 0; first < rows; first += most)
            {
                cancellation.ThrowIfCancellationRequested();
                group.Read(records, (int)Math.Min(most, rows - first));
                using ParquetRowGroupWriter columns = writer.CreateRowGroup();
                await group.WriteAsync(columns, _schema.DataFields, cancellation).ConfigureAwait(false);
                columns.CompleteValidate();
            }
        }
    }

    private sealed class Group
    {
        private readonly int _dimensions;
        private readonly string[] _names;
        private readonly int?[] _labels;
        private readonly float[] _values;
        private readonly int[] _defined, _repeated;
        private int _rows;

        internal Group(int most, int dimensions)
        {
            _dimensions = dimensions;
            (_names, _labels, _values) = (new string[most], new int?[most], new float[most * dimensions]);
            // Every number is there, and every one but the first of a row continues its list.
            (_defined, _repeated) = (new int[_values.Length], new int[_values.Length]);
            Array.Fill(_defined, 2);
            for (int i = 0; i < _repeated.Length; i++)
                _repeated[i] = i % dimensions == 0 ? 0 : 1;
        }

        internal void Read(Stream records, int rows)
        {
            Span<byte> head = stackalloc byte[8];
            for (int row = 0; row < rows; row++)
            {
                records.ReadExactly(head);
                byte[] name = new byte[BinaryPrimitives.ReadInt32LittleEndian(head)];
                records.ReadExactly(name);
                records.ReadExactly(MemoryMarshal.AsBytes(_values.AsSpan(row * _dimensions, _dimensions)));
                int label = BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
                (_names[row], _labels[row]) = (Encoding.UTF8.GetString(name), label < 0 ? null : label);
            }
            _rows = rows;
        }

        internal async Task WriteAsync(ParquetRowGroupWriter columns, DataField[] fields, CancellationToken cancellation)
        {
            int numbers = _rows * _dimensions;
            await columns.WriteAsync(fields[0], _names[.._rows]).ConfigureAwait(false);
            await columns.WriteAsync<int>(fields[1], _labels.AsMemory(0, _rows), cancellationToken: cancellation)
                .ConfigureAwait(false);
            await columns.WriteAllPartsAsync<float>(
                fields[2], _values.AsMemory(0, numbers), _defined.AsMemory(0, numbers), _repeated.AsMemory(0, numbers),
                cancellation).ConfigureAwait(false);
        }
    }
}
