using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Images.Sharing;

namespace SpotArtifacts.Features.Search;

/// <summary>How an index is made.</summary>
public sealed record FeatureIndexOptions
{
    /// <summary>The index file; never overwritten.</summary>
    public required string Path { get; init; }

    /// <summary>Where the images are, as the set was opened: kept in the index so that a sheet can show them.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>How those paths are read.</summary>
    public ImageSetOptions SourcesOptions { get; init; } = new();

    /// <summary>Keep rows in 16 bits instead of 32: half the file, similarities true to about 0.0005.</summary>
    public bool Half { get; init; }

    /// <summary>Continue a partial file of features that an earlier call left.</summary>
    public bool Resume { get; init; }

    /// <summary>Processes that compute together; the one of rank 0 writes.</summary>
    internal IWorkShare Share { get; init; } = WholeShare.Instance;
}

/// <summary>
/// Makes a <see cref="FeatureIndex"/>: first the features, row by row into a file beside it (interruptible and resumable as
/// <see cref="FeatureExtraction"/> is), then from that file the index. Memory holds a few batches, and 16 bytes an image.
/// </summary>
public static class FeatureIndexBuilder
{
    private const int BlockNumbers = 1 << 20;

    /// <summary>Makes an index.</summary>
    /// <exception cref="SpotException">The file exists, or images cannot be used.</exception>
    public static FeatureExtractionResult Build(
        SpotModel model, ImageSet set, FeatureIndexOptions options, IProgress<DecodingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        if (File.Exists(options.Path))
            throw new SpotException($"{options.Path} exists already and is never overwritten; delete it, or name another file");
        if (model.Options.Normalize)
            throw new SpotException("an index standardises vectors itself; load the model without Normalize");
        string features = options.Path + ".features.safetensors", names = FeatureFiles.NamesOf(features);
        FeatureExtractionOptions extraction =
            new() { Path = features, Resume = options.Resume, Share = options.Share };
        if (options.Share.Rank > 0)
            return FeatureExtraction.Run(model, set, extraction, progress, cancellation);
        // Complete features of an earlier call are of use only if nobody has to ask what they are of.
        File.Delete(features);
        FeatureExtractionResult result = FeatureExtraction.Run(model, set, extraction, progress, cancellation);
        if (result.Rows == 0)
            throw new SpotException($"none of {set.Count} images is good: there is nothing to search");
        using (MappedSafetensors rows = MappedSafetensors.Open(features))
            Write(model, set, options, rows, File.ReadLines(names), cancellation);
        File.Delete(features);
        File.Delete(names);
        return result;
    }

    private static void Write(
        SpotModel model, ImageSet set, FeatureIndexOptions options, MappedSafetensors features, IEnumerable<string> lines,
        CancellationToken cancellation)
    {
        int count = checked((int)features.Place("features").Shape[0]);
        (float[] mean, float[] scale) = model.Layer == FeatureLayer.Whitened
            ? AsItIs(model.Dimensions) : Moments(features, count, model.Dimensions);
        string folder = Path.GetDirectoryName(Path.GetFullPath(options.Path))!;
        (int[] images, long[] ends, byte[] names) = Names(set, lines, count, folder);
        SafetensorsHeader header = Header(model, set, options, count, names.Length);
        Write(options.Path, header, data =>
        {
            foreach (float[] block in Blocks(features, count, model.Dimensions))
            {
                cancellation.ThrowIfCancellationRequested();
                for (int at = 0; at < block.Length; at += model.Dimensions)
                    FeatureIndex.Standardize(
                        block.AsSpan(at, model.Dimensions).ToArray(), block.AsSpan(at, model.Dimensions), mean, scale);
                if (options.Half)
                    data.Write<Half>(Array.ConvertAll(block, value => (Half)value));
                else
                    data.Write<float>(block);
            }
            data.Write<float>(mean);
            data.Write<float>(scale);
            data.Write<int>(images);
            data.Write<int>(Array.ConvertAll(images, set.Label));
            data.Write<long>(ends);
            data.Write<byte>(names);
        });
    }

    /// <summary>Writes an index whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">Metadata but for the checksum, and the tensors (<see cref="AddPlaces"/>).</param>
    /// <param name="content">Writes the tensors in the header's order.</param>
    internal static void Write(string path, SafetensorsHeader header, Action<ChecksummedWriter> content) =>
        AtomicFile.Write(path, stream =>
        {
            header.Metadata["crc32c"] = "00000000";
            byte[] head = header.ToBytes(alignment: 64);
            stream.Write(head);
            ChecksummedWriter data = new(stream);
            content(data);
            header.Metadata["crc32c"] = data.Checksum.ToString("x8", CultureInfo.InvariantCulture);
            stream.Position = 0;
            stream.Write(header.ToBytes(alignment: 64, head.Length));
        });

    /// <summary>Adds the tensors of an index to its header, in the order they are written.</summary>
    internal static void AddPlaces(SafetensorsHeader header, bool half, int count, int dimensions, int nameBytes)
    {
        Add(header, "rows", half ? "F16" : "F32", half ? 2 : 4, count, dimensions);
        Add(header, "mean", "F32", 4, dimensions);
        Add(header, "scale", "F32", 4, dimensions);
        Add(header, "images", "I32", 4, count);
        Add(header, "labels", "I32", 4, count);
        Add(header, "name_ends", "I64", 8, count);
        Add(header, "names", "U8", 1, nameBytes);
    }

    private static SafetensorsHeader Header(SpotModel model, ImageSet set, FeatureIndexOptions options, int count, int nameBytes)
    {
        SafetensorsHeader header = new();
        foreach ((string key, string value) in FeatureExtraction.Describe(model))
            header.Metadata.Add(key, value);
        header.Metadata["kind"] = FeatureIndex.Kind;
        header.Metadata["version"] = FeatureIndex.Version;
        header.Metadata["labelled"] = set.HasLabels ? "true" : "false";
        // Names say what a label is; bare numbers say it themselves.
        if (set.LabelMeaning is { Names: { } names } meaning)
        {
            header.Metadata["class_names"] = JsonSerializer.Serialize(names);
            if (meaning.Numbering is { } numbering)
                header.Metadata["numbering"] = numbering;
        }
        header.Metadata["sources"] = JsonSerializer.Serialize(options.Sources.Select(Path.GetFullPath));
        ImageSetOptions sources = options.SourcesOptions;
        header.Metadata["sources_format"] = sources.Format.ToString();
        // What is as usual is left out: earlier versions read such an index too.
        if (sources.Exclude.Count > 0)
            header.Metadata["sources_exclude"] = JsonSerializer.Serialize(sources.Exclude);
        if (sources.MaxPixels != ImageDecoder.DefaultMaxPixels)
            header.Metadata["sources_max_pixels"] = sources.MaxPixels.ToString(CultureInfo.InvariantCulture);
        if (sources.QuarantineList is { } list)
            header.Metadata["sources_quarantine"] = Path.GetFullPath(list);
        AddPlaces(header, options.Half, count, model.Dimensions, nameBytes);
        return header;
    }

    private static void Add(SafetensorsHeader header, string name, string type, int size, params long[] shape)
    {
        long begin = header.Places.Count == 0 ? 0 : header.Places.Values.Max(place => place.End);
        header.Places.Add(name, new SafetensorsPlace(type, shape, begin, begin + shape.Aggregate((long)size, (a, b) => a * b)));
    }

    // The whitened vector is centred and scaled; to standardise it would blow up its last directions, which are mostly noise.
    private static (float[] Mean, float[] Scale) AsItIs(int dimensions)
    {
        float[] ones = new float[dimensions];
        Array.Fill(ones, 1);
        return (new float[dimensions], ones);
    }

    // Welford's way, so that a million rows round no worse than ten.
    private static (float[] Mean, float[] Scale) Moments(MappedSafetensors features, int count, int dimensions)
    {
        double[] mean = new double[dimensions], squares = new double[dimensions];
        long seen = 0;
        foreach (float[] block in Blocks(features, count, dimensions))
            for (int at = 0; at < block.Length; at += dimensions)
            {
                seen++;
                for (int i = 0; i < dimensions; i++)
                {
                    double delta = block[at + i] - mean[i];
                    mean[i] += delta / seen;
                    squares[i] += delta * (block[at + i] - mean[i]);
                }
            }
        // A number that never varies tells nothing; dividing by its deviation would only blow up rounding.
        double[] deviations = Array.ConvertAll(squares, sum => Math.Sqrt(sum / seen));
        return (Array.ConvertAll(mean, m => (float)m), Array.ConvertAll(deviations, d => d > 1e-6 ? (float)(1 / d) : 0));
    }

    private static IEnumerable<float[]> Blocks(MappedSafetensors features, int count, int dimensions)
    {
        int rows = Math.Max(1, BlockNumbers / dimensions);
        for (int first = 0; first < count; first += rows)
        {
            float[] block = new float[Math.Min(rows, count - first) * dimensions];
            features.Read("features", (long)first * dimensions, block.AsSpan());
            yield return block;
        }
    }

    // The list of names leaves damaged images out, in the set's order.
    private static (int[] Images, long[] Ends, byte[] Names) Names(
        ImageSet set, IEnumerable<string> lines, int count, string folder)
    {
        int[] images = new int[count];
        long[] ends = new long[count];
        using MemoryStream names = new();
        int row = 0, image = 0;
        foreach (string line in lines)
        {
            string name = line.Split('\t')[0];
            while (PartialFeatures.OneLine(set.ListedName(image, folder)) != name)
                image++;
            names.Write(Encoding.UTF8.GetBytes(PartialFeatures.OneLine(set.Name(image))));
            images[row] = image++;
            ends[row++] = names.Position;
        }
        return (images, ends, names.ToArray());
    }

    /// <summary>Writes numbers, and knows the checksum of all of them.</summary>
    internal sealed class ChecksummedWriter(Stream stream)
    {
        internal uint Checksum { get; private set; }

        internal void Write<T>(ReadOnlySpan<T> values) where T : unmanaged
        {
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values);
            stream.Write(bytes);
            Checksum = Crc32C.Append(Checksum, bytes);
        }
    }
}
