using System.Globalization;
using System.Numerics.Tensors;
using System.Text;
using System.Text.Json;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Features.Search;

// N rows of the gallery, D numbers of a row, Q queries, k hits of each.

/// <summary>One image found.</summary>
/// <param name="Row">Row in the index.</param>
/// <param name="Name">What the user knows the image by.</param>
/// <param name="Label">Its label, or -1.</param>
/// <param name="Similarity">Cosine of the standardised vectors, -1 to 1.</param>
public sealed record SearchHit(int Row, string Name, int Label, float Similarity);

/// <summary>
/// A gallery's features, ready to be searched: a safetensors file (docs/feature-index.md) that is mapped into memory, not read.
/// Each number is standardised over the gallery (activations after ReLU all point the same way: without that every cosine is
/// near 1) and each row has length 1, so that a scalar product is a cosine. Thread-safe.
/// </summary>
public sealed partial class FeatureIndex : IDisposable
{
    internal const string Kind = "spot feature index", Version = "1";

    private readonly MappedSafetensors _file;
    private readonly float[] _mean, _scale;
    private readonly bool _half;

    private FeatureIndex(MappedSafetensors file)
    {
        _file = file;
        SafetensorsPlace rows = file.Place("rows");
        (Count, Dimensions) = (checked((int)rows.Shape[0]), checked((int)rows.Shape[1]));
        _half = rows.Type == "F16";
        file.Read("mean", 0, (_mean = new float[Dimensions]).AsSpan());
        file.Read("scale", 0, (_scale = new float[Dimensions]).AsSpan());
    }

    /// <summary>The file.</summary>
    internal string Path => _file.Path;

    /// <summary>CRC-32C of what is in it, eight hexadecimal digits.</summary>
    internal string Checksum => _file.Header.Metadata["crc32c"];

    /// <summary>Number of images, N.</summary>
    public int Count { get; }

    /// <summary>Numbers of a row, D.</summary>
    public int Dimensions { get; }

    /// <summary>Whether every image has a label.</summary>
    public bool HasLabels => _file.Header.Metadata["labelled"] == "true";

    /// <summary>What the labels stand for.</summary>
    public LabelMeaning LabelMeaning => new(
        _file.Header.Metadata.TryGetValue("class_names", out string? names) ? JsonSerializer.Deserialize<string[]>(names) : null,
        _file.Header.Metadata.GetValueOrDefault("numbering"));

    /// <summary>The features that the index was made of: what a model for queries must give.</summary>
    public SpotModelOptions ModelOptions => new()
    {
        Layer = FeatureLayers.Parse(_file.Header.Metadata["layer"]),
        Pooling = Enum.TryParse(_file.Header.Metadata["pooling"], ignoreCase: true, out FeaturePooling pooling)
            ? pooling
            : throw new SpotException($"{_file.Path}: there is no pooling {_file.Header.Metadata["pooling"]}; make it anew"),
    };

    /// <summary>The gallery's paths, absolute, as they were when the index was made.</summary>
    public IReadOnlyList<string> Sources => JsonSerializer.Deserialize<string[]>(_file.Header.Metadata["sources"])!;

    /// <summary>How those paths were read; an index of an earlier version says their format alone.</summary>
    public ImageSetOptions SourcesOptions
    {
        get
        {
            Dictionary<string, string> said = _file.Header.Metadata;
            return new ImageSetOptions
            {
                Format = Enum.Parse<ImageSourceFormat>(said["sources_format"]),
                Exclude = JsonSerializer.Deserialize<string[]>(said.GetValueOrDefault("sources_exclude", "[]"))!,
                MaxPixels = said.TryGetValue("sources_max_pixels", out string? most)
                    ? long.Parse(most, CultureInfo.InvariantCulture) : ImageDecoder.DefaultMaxPixels,
                QuarantineList = said.GetValueOrDefault("sources_quarantine"),
            };
        }
    }

    /// <summary>Maps an index and checks it whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Stops while it is read for its checksum; nothing is left open.</param>
    /// <exception cref="SpotException">It is missing, damaged, of another version, or no index.</exception>
    public static FeatureIndex Open(string path, CancellationToken cancellation = default)
    {
        MappedSafetensors file = MappedSafetensors.Open(path);
        try
        {
            Check(file, cancellation);
            return new FeatureIndex(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a model whose vectors do not live in this index's space.</summary>
    /// <exception cref="SpotException">Network, layer, pooling or image size differ; the message says which and how.</exception>
    public void RequireSame(SpotModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        foreach ((string key, string value) in FeatureExtraction.Describe(model))
            if (_file.Header.Metadata.GetValueOrDefault(key) is var own && own != value)
                throw new SpotException(
                    $"{_file.Path} was made with {key} {own}, the queries' is {value}; name the same network (and --ema as "
                    + "then), or make the index anew");
    }

    /// <summary>
    /// The k most similar images of the gallery for each query, most similar first, equal ones in the gallery's order: exact, not
    /// approximate.
    /// </summary>
    /// <param name="model">The model the vectors come from.</param>
    /// <param name="vectors">Q vectors of the model's.</param>
    /// <param name="k">1 or more.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    /// <exception cref="SpotException">The model is another than the index's.</exception>
    public IReadOnlyList<IReadOnlyList<SearchHit>> Search(
        SpotModel model, IReadOnlyList<float[]> vectors, int k, CancellationToken cancellation = default)
    {
        RequireSame(model);
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        NearestRows nearest = Nearest(model, vectors, k, cancellation);
        return [.. Enumerable.Range(0, vectors.Count).Select(query =>
            (IReadOnlyList<SearchHit>)[.. nearest.Of(query).Select(HitOf)])];
    }

    /// <summary>What the user knows a row's image by.</summary>
    public string Name(int row)
    {
        long[] ends = new long[2];
        if (row == 0)
            _file.Read("name_ends", 0, ends.AsSpan(1));
        else
            _file.Read("name_ends", row - 1, ends.AsSpan());
        byte[] text = new byte[ends[1] - ends[0]];
        _file.Read("names", ends[0], text.AsSpan());
        return Encoding.UTF8.GetString(text);
    }

    /// <summary>A row's label, or -1.</summary>
    public int Label(int row) => ReadInteger("labels", row);

    /// <summary>The image of a row in the set of <see cref="Sources"/>.</summary>
    public int ImageOf(int row) => ReadInteger("images", row);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>Rows as they stand in the index: unit length.</summary>
    internal float[] Rows(int first, int count)
    {
        float[] rows = new float[checked(count * Dimensions)];
        if (!_half)
            _file.Read("rows", (long)first * Dimensions, rows.AsSpan());
        else
        {
            Half[] halves = new Half[rows.Length];
            _file.Read("rows", (long)first * Dimensions, halves.AsSpan());
            TensorPrimitives.ConvertToSingle(halves, rows);
        }
        return rows;
    }

    /// <summary>A row found, with what is known of its image.</summary>
    internal SearchHit HitOf((float Similarity, int Row) hit) => new(hit.Row, Name(hit.Row), Label(hit.Row), hit.Similarity);

    private int ReadInteger(string name, int row)
    {
        int[] one = new int[1];
        _file.Read(name, row, one.AsSpan());
        return one[0];
    }

    private static void Check(MappedSafetensors file, CancellationToken cancellation)
    {
        Dictionary<string, string> metadata = file.Header.Metadata;
        if (metadata.GetValueOrDefault("kind") != Kind)
            throw new SpotException(
                $"{file.Path} is no feature index; one is made by: spot search index RUN --images PATH --out FILE");
        if (metadata.GetValueOrDefault("version") is var version && version != Version)
            throw new SpotException(
                $"{file.Path} is an index of version {version}, this program reads version {Version}; make it anew");
        foreach (string key in (string[])["network", "layer", "pooling", "labelled", "sources", "sources_format", "crc32c"])
            if (!metadata.ContainsKey(key))
                throw new SpotException($"{file.Path} has no '{key}' in its metadata; make it anew");
        if (file.Place("rows") is not { Shape: [var rows, var dimensions], Type: "F32" or "F16" }
            || file.Place("name_ends").Shape is not [var ends] || ends != rows
            || file.Place("mean").Shape is not [var means] || means != dimensions || rows == 0)
            throw new SpotException($"{file.Path}: its tensors do not fit together; make it anew");
        string found = file.Checksum(cancellation).ToString("x8", CultureInfo.InvariantCulture);
        if (found != metadata["crc32c"])
            throw new SpotException(
                $"{file.Path} is damaged: its checksum is {found}, it should be {metadata["crc32c"]}; make it anew");
    }
}
