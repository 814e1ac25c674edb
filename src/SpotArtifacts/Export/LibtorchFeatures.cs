using SpotArtifacts.Engine;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Export;

/// <summary>
/// A layer's pooled vectors, or all layers', by libtorch: on a device, or in a precision that ONNX Runtime does not have there.
/// </summary>
internal sealed class LibtorchFeatures : IFeatureEngine
{
    private readonly Discriminator _network;
    private readonly SpotModelOptions _options;
    private readonly Device _device;
    private readonly Precision _precision;
    private readonly string _name;
    private readonly long _size;
    private readonly LibtorchWhitening? _whitening;

    /// <param name="trained">The network.</param>
    /// <param name="averaged">Take the exponential moving averages of its weights.</param>
    /// <param name="file">The same network, exported: what its vectors are shaped and whitened like.</param>
    /// <param name="options">Which features; with a layer.</param>
    /// <param name="device">Where.</param>
    /// <param name="precision">What convolutions compute in.</param>
    internal LibtorchFeatures(
        TrainedWeights trained, bool averaged, ModelFile file, SpotModelOptions options, Device device, Precision precision)
    {
        if (options.Threads > 0)
            NativeEngine.SetThreads(options.Threads);
        (_options, _device, _precision, _name) = (options, device, precision, trained.Path);
        _size = trained.Recipe.Network.ImageSize;
        _network = TrainedWeights.RestoreDiscriminator(trained.Recipe.Network, trained.Weights, averaged);
        _network.to(device);
        if (options.Layer == FeatureLayer.Whitened)
            _whitening = new LibtorchWhitening(Whitening.Of(file), device);
        Shape = _whitening is not null ? [_whitening.Dimensions]
            : PoolingNodes.Shape(file.Metadata.Description[options.Layer!.Value], options.Pooling);
    }

    /// <inheritdoc/>
    public string Difference => $"{EnginePrecision.NameOf(_precision)} on {_device}";

    /// <inheritdoc/>
    public IReadOnlyList<long> Shape { get; }

    /// <inheritdoc/>
    public float[] Run(ReadOnlySpan<float> views, int count)
    {
        using IDisposable precision = EnginePrecision.Use(_precision);
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor images = TensorData.From(views, count, 3, _size, _size).ToChannelsLast().Send(_device);
        Tensor vectors = _whitening is null ? Pool(_network.Layer(images, (int)_options.Layer!.Value))
            : _whitening.Apply(Grids(images));
        return IFeatureEngine.RequireFinite(vectors.ToArray<float>(), _name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _whitening?.Dispose();
    }

    private IEnumerable<Tensor> Grids(Tensor images)
    {
        IReadOnlyDictionary<string, Tensor> grids = _network.Features(images);
        return FeatureLayers.Names.Select(name => grids[name]);
    }

    // The windows of PoolingNodes' quarters are those of libtorch's adaptive pooling.
    private Tensor Pool(Tensor grid) => _options.Pooling switch
    {
        FeaturePooling.Mean => grid.mean([2, 3]),
        FeaturePooling.Max => grid.amax([2, 3]),
        FeaturePooling.Grid => Quarters(grid),
        _ => grid,
    };

    /// <summary>Mean of each quarter of a layer's grid: (N, C, H, W) to (N, C, 2, 2).</summary>
    internal static Tensor Quarters(Tensor grid) => nn.functional.adaptive_avg_pool2d(grid, [2, 2]);
}
