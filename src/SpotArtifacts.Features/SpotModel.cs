using System.Diagnostics;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features;

/// <summary>
/// A trained network in an application: images to feature vectors. Loaded from a file that <c>spot export RUN --format onnx</c>
/// wrote; runs
/// on ONNX Runtime. Thread-safe: callers decode their images themselves, in parallel; one thread of the model's own computes, and
/// joins
/// calls that come while it is busy into batches.
/// </summary>
/// <example><code>
/// using var model = SpotModel.Load("mine.onnx");
/// float[] vector = model.Embed("photo.jpg");
/// </code></example>
public sealed partial class SpotModel : IDisposable
{
    private readonly IFeatureEngine _engine;
    private readonly EmbeddingQueue _queue;
    private readonly EvaluationView _view;
    private readonly SemaphoreSlim _places;
    private float[] _joined = [];
    private int _disposed;

    private SpotModel(ModelDescription description, SpotModelOptions options, Func<IFeatureEngine> engine)
    {
        options.Validate();
        Options = options;
        Description = description;
        _view = new EvaluationView(Description.ImageSize);
        _engine = engine();
        FeatureShape = _engine.Shape;
        Dimensions = checked((int)FeatureShape.Aggregate(1L, (a, b) => a * b));
        _queue = new EmbeddingQueue(options.BatchSize, Compute);
        // Two batches: one being computed, one being decoded.
        _places = new SemaphoreSlim(2 * options.BatchSize);
    }

    /// <summary>Which features it gives; with a layer where none was said.</summary>
    public SpotModelOptions Options { get; }

    /// <summary>The layer that they are of, or all together.</summary>
    public FeatureLayer Layer => Options.Layer!.Value;

    /// <summary>What the network is, and how it was trained.</summary>
    public ModelDescription Description { get; }

    /// <summary>Numbers of a vector, D.</summary>
    public int Dimensions { get; }

    /// <summary>How a vector is laid out: (D), or (C, H, W) with <see cref="FeaturePooling.Full"/>.</summary>
    public IReadOnlyList<long> FeatureShape { get; }

    /// <summary>The view that is computed on: the central 85 % of an image, resized.</summary>
    public IImageView View => _view;

    /// <summary>Loads an exported model.</summary>
    /// <param name="path">A file that <c>spot export RUN --format onnx --out FILE</c> wrote.</param>
    /// <param name="options">Which features.</param>
    /// <exception cref="SpotException">
    /// It is not there, it is no such file (a run folder, weights, an older export: the message says what to do), an option
    /// cannot work, or
    /// ONNX Runtime cannot be loaded.
    /// </exception>
    public static SpotModel Load(string path, SpotModelOptions? options = null) => Load(ModelFile.Open(path), options);

    /// <summary>Loads an exported model from memory: a resource of the application, an object of a store.</summary>
    /// <param name="content">The bytes of such a file; not needed any more when this returns.</param>
    /// <param name="options">Which features.</param>
    /// <exception cref="SpotException">They are none, an option cannot work, or ONNX Runtime cannot be loaded.</exception>
    public static SpotModel Load(ReadOnlyMemory<byte> content, SpotModelOptions? options = null) =>
        Load(ModelFile.Parse(content, "the model"), options);

    /// <summary>Prepares a model that is in memory already.</summary>
    internal static SpotModel Load(ModelFile file, SpotModelOptions? options)
    {
        options = (options ?? new SpotModelOptions()).For(file.Metadata.Description, file.Name);
        return Load(file.Metadata.Description, options, () => OnnxFeatures.Of(file, options));
    }

    /// <summary>A network that something else computes.</summary>
    /// <param name="description">What it is.</param>
    /// <param name="options">Which features; with a layer.</param>
    /// <param name="engine">Makes what computes them, once the options are found to be good; the model disposes it.</param>
    internal static SpotModel Load(ModelDescription description, SpotModelOptions options, Func<IFeatureEngine> engine) =>
        new(description, options, engine);

    /// <summary>How what computes differs from ONNX Runtime in Float32; empty where it does not.</summary>
    internal string Difference => _engine.Difference;

    /// <summary>Finishes what was asked for, then frees the network; more than once does no harm.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _queue.Dispose();
        _engine.Dispose();
    }

    private float[] Compute(IReadOnlyList<EmbeddingRequest> requests)
    {
        int count = requests.Sum(request => request.Count);
        using Activity? span = SpotTelemetry.StartBatch(this, count, [.. requests.Select(request => request.Asker)]);
        try
        {
            float[] rows = Compute(requests, count);
            SpotTelemetry.Embedded.Add(count);
            return rows;
        }
        catch (Exception failure)
        {
            span?.SetStatus(ActivityStatusCode.Error, failure.Message);
            throw;
        }
    }

    private float[] Compute(IReadOnlyList<EmbeddingRequest> requests, int count)
    {
        float[] rows = _engine.Run(Join(requests, count), count);
        if (Options.Normalize)
            for (int row = 0; row < count; row++)
                UnitLength.Scale(rows.AsSpan(row * Dimensions, Dimensions));
        return rows;
    }

    private ReadOnlySpan<float> Join(IReadOnlyList<EmbeddingRequest> requests, int count)
    {
        int view = 3 * _view.Size * _view.Size, first = 0;
        if (requests.Count == 1)
            return requests[0].Views.AsSpan(0, count * view);
        if (_joined.Length < count * view)
            _joined = new float[count * view];
        foreach (EmbeddingRequest request in requests)
        {
            request.Views.AsSpan(0, request.Count * view).CopyTo(_joined.AsSpan(first));
            first += request.Count * view;
        }
        return _joined.AsSpan(0, first);
    }
}
