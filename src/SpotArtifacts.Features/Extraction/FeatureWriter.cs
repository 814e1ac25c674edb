using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Features.Extraction;

// N images, D numbers of a row, (shape...) how a row is laid out.

/// <summary>
/// Writes rows one after the other behind a head whose length never changes, so that the number of rows can be put in at the end.
/// </summary>
internal abstract class FeatureWriter
{
    /// <summary>A writer of a format.</summary>
    /// <param name="format">Which.</param>
    /// <param name="rowShape">How a row is laid out.</param>
    /// <param name="maxRows">Most rows there can be: the head is made long enough for them.</param>
    /// <param name="metadata">What a format that has room for it says of the features.</param>
    internal static FeatureWriter Create(
        FeatureFormat format, IReadOnlyList<long> rowShape, long maxRows, IReadOnlyDictionary<string, string> metadata) =>
        format switch
        {
            FeatureFormat.Npy => new NpyWriter(rowShape, maxRows),
            FeatureFormat.Csv => new CsvWriter((int)rowShape.Aggregate(1L, (a, b) => a * b)),
            FeatureFormat.Parquet => new ParquetFeatureWriter(rowShape, metadata),
            _ => new SafetensorsWriter(rowShape, maxRows, metadata),
        };

    /// <summary>The head of a file with so many rows; of one length for all numbers up to the most.</summary>
    internal abstract byte[] Head(long rows);

    /// <summary>Appends rows.</summary>
    /// <param name="stream">Stands at the end.</param>
    /// <param name="values">As many rows as names.</param>
    /// <param name="images">Name and label (-1 for none) of each row.</param>
    internal virtual void Append(Stream stream, ReadOnlySpan<float> values, IReadOnlyList<(string Name, int Label)> images) =>
        stream.Write(MemoryMarshal.AsBytes(values));

    /// <summary>Writes the file out of all that was appended, where that is not the file already; else null.</summary>
    /// <param name="appended">Stands at its beginning.</param>
    /// <param name="rows">Rows in it.</param>
    /// <param name="cancellation">Stops; nothing is lost.</param>
    internal virtual Action<Stream>? Conversion(Stream appended, long rows, CancellationToken cancellation) => null;

    /// <summary>
    /// NumPy's format, version 1.0: magic, length of the head, a Python dictionary, spaces up to a multiple of 64 bytes, a line
    /// feed.
    /// </summary>
    private sealed class NpyWriter(IReadOnlyList<long> rowShape, long maxRows) : FeatureWriter
    {
        private readonly int _length = (Dictionary(rowShape, maxRows).Length + 11 + 63) / 64 * 64;

        internal override byte[] Head(long rows)
        {
            string text = Dictionary(rowShape, rows).PadRight(_length - 11) + "\n";
            return [0x93, .. "NUMPY"u8, 1, 0, (byte)(text.Length & 255), (byte)(text.Length >> 8),
                .. Encoding.ASCII.GetBytes(text)];
        }

        private static string Dictionary(IReadOnlyList<long> rowShape, long rows) =>
            string.Create(CultureInfo.InvariantCulture,
                $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {string.Join(", ", rowShape)}), }}");
    }

    private sealed class SafetensorsWriter(
        IReadOnlyList<long> rowShape, long maxRows, IReadOnlyDictionary<string, string> metadata) : FeatureWriter
    {
        private readonly int _length = Header(rowShape, maxRows, metadata).ToBytes(alignment: 64).Length;

        internal override byte[] Head(long rows) => Header(rowShape, rows, metadata).ToBytes(alignment: 64, _length);

        private static SafetensorsHeader Header(
            IReadOnlyList<long> rowShape, long rows, IReadOnlyDictionary<string, string> metadata)
        {
            SafetensorsHeader header = new();
            foreach ((string key, string value) in metadata)
                header.Metadata.Add(key, value);
            long bytes = rowShape.Aggregate(rows * sizeof(float), (a, b) => checked(a * b));
            header.Places.Add("features", new SafetensorsPlace("F32", [rows, .. rowShape], 0, bytes));
            return header;
        }
    }

    private sealed class CsvWriter(int dimensions) : FeatureWriter
    {
        internal override byte[] Head(long rows)
        {
            IEnumerable<string> columns = Enumerable.Range(0, dimensions).Select(i => $"embedding_{i}");
            return Encoding.UTF8.GetBytes($"{string.Join(',', columns.Prepend("filenames").Append("labels"))}\n");
        }

        internal override void Append(Stream stream, ReadOnlySpan<float> values, IReadOnlyList<(string Name, int Label)> images)
        {
            StringBuilder text = new();
            for (int row = 0; row < images.Count; row++)
            {
                text.Append(CsvText.Field(images[row].Name));
                // The shortest text that reads back as the same float.
                foreach (float value in values.Slice(row * dimensions, dimensions))
                    text.Append(',').Append(CultureInfo.InvariantCulture, $"{value}");
                text.Append(CultureInfo.InvariantCulture, $",{images[row].Label}\n");
            }
            stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
        }
    }
}
