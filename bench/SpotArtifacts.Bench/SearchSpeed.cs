using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text;
using SpotArtifacts.Features.Search;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Bench;

/// <summary>
/// How long one query takes in an index of random rows, mapped into memory and warm, and what share that is of the speed at which
/// the same cores read as much memory.
/// </summary>
internal static class SearchSpeed
{
    private const int Runs = 15, Nearest = 10;

    /// <summary>Takes the number of rows and of their dimensions; both 1 million and 256 unless given.</summary>
    internal static int Run(string[] args)
    {
        (int count, int dimensions) = args switch
        {
            [] => (1_000_000, 256),
            [string rows, string numbers] => (int.Parse(rows, CultureInfo.InvariantCulture),
                int.Parse(numbers, CultureInfo.InvariantCulture)),
            _ => (0, 0),
        };
        if (count == 0)
        {
            Console.Error.WriteLine("spot-bench search takes COUNT and DIMENSIONS, or nothing");
            return 2;
        }
        string path = Path.Combine(Path.GetTempPath(), $"spot-bench-{Environment.ProcessId}.index");
        try
        {
            WriteIndex(path, count, dimensions);
            using FeatureIndex index = FeatureIndex.Open(path);
            using MappedSafetensors file = MappedSafetensors.Open(path);
            Time(index, file);
        }
        finally
        {
            File.Delete(path);
        }
        return 0;
    }

    private static void Time(FeatureIndex index, MappedSafetensors file)
    {
        float[] query = Rows(new Random(2), 1, index.Dimensions);
        List<double> search = [], reading = [];
        for (int run = 0; run < Runs; run++)
        {
            search.Add(Milliseconds(() => index.Nearest(query, Nearest, CancellationToken.None)));
            reading.Add(Milliseconds(() => Read(index, file)));
        }
        (double median, double least) = (search.Order().ElementAt(Runs / 2), reading.Order().ElementAt(Runs / 2));
        double bytes = (double)index.Count * index.Dimensions * sizeof(float);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{index.Count} rows of {index.Dimensions}: one query {median:F1} ms, {bytes / median / 1e6:F1} GB/s; reading alone "
                + $"{least:F1} ms, {bytes / least / 1e6:F1} GB/s; share {least / median:P0}"));
    }

    // As little as can be done with all numbers, as the search goes over them: in the same blocks, on all cores.
    private static void Read(FeatureIndex index, MappedSafetensors file)
    {
        const int block = 2048;
        Parallel.For(0, (index.Count + block - 1) / block, number =>
        {
            int rows = Math.Min(block, index.Count - number * block);
            using MappedElements<float> some =
                file.Map<float>("rows", (long)number * block * index.Dimensions, rows * index.Dimensions);
            if (TensorPrimitives.Sum(some.Values) == float.MaxValue)
                Console.WriteLine();
        });
    }

    private static double Milliseconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static float[] Rows(Random random, int count, int dimensions)
    {
        float[] rows = new float[count * dimensions];
        for (int row = 0; row < count; row++)
        {
            Span<float> one = rows.AsSpan(row * dimensions, dimensions);
            for (int i = 0; i < dimensions; i++)
                one[i] = random.NextSingle() - 0.5f;
            TensorPrimitives.Divide(one, TensorPrimitives.Norm<float>(one), one);
        }
        return rows;
    }

    // docs/feature-index.md, with names of one letter.
    private static void WriteIndex(string path, int count, int dimensions)
    {
        const int block = 4096;
        (string Name, string Type, long[] Shape, int Size)[] tensors =
        [
            ("rows", "F32", [count, dimensions], 4), ("mean", "F32", [dimensions], 4), ("scale", "F32", [dimensions], 4),
            ("name_ends", "I64", [count], 8), ("names", "U8", [count], 1), ("labels", "I32", [count], 4),
            ("images", "I32", [count], 4),
        ];
        using FileStream stream = File.Create(path);
        uint checksum = 0;
        long begin = 0;
        StringBuilder places = new();
        foreach ((string name, string type, long[] shape, int size) in tensors)
        {
            long end = begin + shape.Aggregate(1L, (product, side) => product * side) * size;
            places.Append(CultureInfo.InvariantCulture,
                $",\"{name}\":{{\"dtype\":\"{type}\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{begin},{end}]}}");
            begin = end;
        }
        stream.Write(Head("00000000"));
        Random random = new(1);
        for (int row = 0; row < count; row += block)
            Write<float>(Rows(random, Math.Min(block, count - row), dimensions));
        Write<float>(new float[dimensions]);
        Write<float>([.. Enumerable.Repeat(1f, dimensions)]);
        Write<long>([.. Enumerable.Range(1, count).Select(end => (long)end)]);
        Write<byte>([.. Enumerable.Repeat((byte)'n', count)]);
        Write<int>([.. Enumerable.Repeat(-1, count)]);
        Write<int>([.. Enumerable.Range(0, count)]);
        stream.Position = 0;
        stream.Write(Head(checksum.ToString("x8", CultureInfo.InvariantCulture)));

        void Write<T>(T[] values) where T : unmanaged
        {
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes<T>(values);
            checksum = Crc32C.Append(checksum, bytes);
            stream.Write(bytes);
        }

        byte[] Head(string crc)
        {
            string text = "{\"__metadata__\":{\"kind\":\"spot feature index\",\"version\":\"1\",\"network\":\"none\","
                + "\"layer\":\"conv2\",\"pooling\":\"mean\",\"labelled\":\"false\",\"sources\":\"[]\","
                + "\"sources_format\":\"Auto\",\"crc32c\":\"" + crc + $"\"}}{places}}}";
            byte[] json = Encoding.UTF8.GetBytes(text.PadRight((text.Length + 63) / 64 * 64 + 56));
            return [.. BitConverter.GetBytes((long)json.Length), .. json];
        }
    }
}
