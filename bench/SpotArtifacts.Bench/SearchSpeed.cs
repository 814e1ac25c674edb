using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
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

    // Labels and names are of no use here: each name is one letter.
    private static void WriteIndex(string path, int count, int dimensions)
    {
        const int block = 4096;
        SafetensorsHeader header = new();
        (string Key, string Value)[] metadata =
        [
            ("kind", FeatureIndex.Kind), ("version", FeatureIndex.Version), ("network", "none"), ("layer", "conv2"),
            ("pooling", "mean"), ("labelled", "false"), ("sources", "[]"), ("sources_format", "Auto"),
        ];
        foreach ((string key, string value) in metadata)
            header.Metadata.Add(key, value);
        FeatureIndexBuilder.AddPlaces(header, half: false, count, dimensions, nameBytes: count);
        Random random = new(1);
        FeatureIndexBuilder.Write(path, header, data =>
        {
            for (int row = 0; row < count; row += block)
                data.Write<float>(Rows(random, Math.Min(block, count - row), dimensions));
            data.Write<float>(new float[dimensions]);
            data.Write<float>([.. Enumerable.Repeat(1f, dimensions)]);
            data.Write<int>([.. Enumerable.Range(0, count)]);
            data.Write<int>([.. Enumerable.Repeat(-1, count)]);
            data.Write<long>([.. Enumerable.Range(1, count).Select(end => (long)end)]);
            data.Write<byte>([.. Enumerable.Repeat((byte)'n', count)]);
        });
    }
}
