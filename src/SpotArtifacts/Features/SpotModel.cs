using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Torch;

namespace SpotArtifacts.Features;

/// <summary>
/// A trained network, ready to use: images to feature vectors, and a thread to run anything else of its networks on. Thread-safe:
/// callers decode their images themselves, in parallel; one thread of the model's own computes, and joins calls that come while it is
/// busy into batches.
/// </summary>
/// <example><code>
/// using var model = SpotModel.Load("runs/mine");
/// float[] vector = model.Embed("photo.jpg");
/// </code></example>
public sealed partial class SpotModel : IDisposable
{
    private readonly ModelThread _thread;
    private readonly EvaluationView _view;
    private readonly SemaphoreSlim _places;
    private readonly SpotNetworks _networks;
    private int _disposed;

    private SpotModel(Func<SpotNetworks> make, SpotModelOptions options)
    {
        options.Validate();
        Options = options;
        ImageDecoding.EnsureLoaded();
        _thread = new ModelThread(options.BatchSize, options.Threads, Compute);
        try
        {
            _networks = _thread.Run(make).GetAwaiter().GetResult();
            Recipe = _networks.Recipe;
            _view = new EvaluationView(Recipe.Network.ImageSize);
            FeatureShape = _thread.Run(MeasureShape).GetAwaiter().GetResult();
        }
        catch
        {
            _thread.Dispose();
            throw;
        }
        Dimensions = checked((int)FeatureShape.Aggregate(1L, (a, b) => a * b));
        // Two batches: one being computed, one being decoded.
        _places = new SemaphoreSlim(2 * options.BatchSize);
    }

    /// <summary>Which features it gives.</summary>
    public SpotModelOptions Options { get; }

    /// <summary>Sizes of the networks, and how they were trained.</summary>
    public Recipe Recipe { get; }

    /// <summary>Numbers of a vector, D.</summary>
    public int Dimensions { get; }

    /// <summary>How a vector is laid out: (D), or (C, H, W) with <see cref="FeaturePooling.Full"/>.</summary>
    public IReadOnlyList<long> FeatureShape { get; }

    /// <summary>32 hexadecimal digits that differ between networks whose features differ.</summary>
    public string Fingerprint => _networks.Fingerprint;

    /// <summary>The view that is computed on: the central 85 % of an image, resized.</summary>
    public IImageView View => _view;

    /// <summary>Loads a run folder, or a file of weights, which needs no run folder.</summary>
    /// <param name="path">What <see cref="TrainedWeights.Open"/> takes.</param>
    /// <param name="options">Which features.</param>
    /// <param name="log">Told when the run is not finished.</param>
    /// <exception cref="SpotException">Nothing is there, it is damaged, or an option cannot work.</exception>
    /// <exception cref="TorchException">libtorch cannot be loaded; the message has the loader's own words.</exception>
    public static SpotModel Load(string path, SpotModelOptions? options = null, Action<string>? log = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new SpotModelOptions();
        return new SpotModel(() => SpotNetworks.Restore(TrainedWeights.Open(path, log), options), options);
    }

    /// <summary>The networks of a recipe before any training: what trained features are compared with.</summary>
    /// <param name="recipe">Sizes and seed.</param>
    /// <param name="options">Which features.</param>
    /// <exception cref="SpotException">An option cannot work.</exception>
    public static SpotModel Random(Recipe recipe, SpotModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        options ??= new SpotModelOptions();
        if (options.Averaged || options.WithRepair) throw new SpotException("a network of random weights has neither moving averages nor a repair network");
        return new SpotModel(() => SpotNetworks.Random(recipe), options);
    }

    /// <summary>Runs work on the model's thread, with gradients off, and waits for it. Tensors the work creates die with it: return arrays.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public T Run<T>(Func<SpotNetworks, T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return _thread.IsCurrent ? work(_networks) : RunAsync(work).GetAwaiter().GetResult();
    }

    /// <summary>Runs work without a result on the model's thread and waits for it.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void Run(Action<SpotNetworks> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Run(networks =>
        {
            work(networks);
            return true;
        });
    }

    /// <summary>Runs work on the model's thread, with gradients off. Tensors the work creates die with it: return arrays.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public Task<T> RunAsync<T>(Func<SpotNetworks, T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return _thread.Run(() => work(_networks));
    }

    /// <summary>Finishes what was asked for, then frees the networks; more than once does no harm.</summary>
    public void Dispose()
    {
        if (_thread.IsCurrent) throw new InvalidOperationException("a model cannot be disposed by work that runs on its own thread");
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _thread.Dispose();
        _networks.Dispose();
    }

    private long[] MeasureShape()
    {
        Tensor one = Tensor.Full(0, "cpu", 1, 3, _view.Size, _view.Size);
        Tensor features = _networks.Features(one, Options.Layer);
        return Options.Pooling == FeaturePooling.Full
            ? [.. features.Shape.Skip(1)]
            : [FeaturePooler.Pool(features, Options.Pooling, normalize: false).Shape[1]];
    }

    private Action Compute(IReadOnlyList<FeatureRequest> requests)
    {
        Tensor[] views = [.. requests.Select(request => Tensor.From<float>(request.Pixels.AsSpan(), request.Count, 3, _view.Size, _view.Size))];
        Tensor images = (views.Length == 1 ? views[0] : Tensor.Concatenate(0, views)).ChannelsLast();
        Tensor rows = FeaturePooler.Pool(_networks.Features(images, Options.Layer), Options.Pooling, Options.Normalize);
        float[] values = rows.ToArray<float>();
        return () =>
        {
            int first = 0;
            foreach (FeatureRequest request in requests)
            {
                int count = request.Count * Dimensions;
                request.Done.SetResult(requests.Count == 1 ? values : values.AsSpan(first, count).ToArray());
                first += count;
            }
        };
    }
}
