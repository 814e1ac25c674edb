using SpotArtifacts.Engine;
using SpotArtifacts.Features;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Export;

/// <summary>A layer's pooled vectors by libtorch: on a device, or in a precision that ONNX Runtime does not have there.</summary>
internal sealed class LibtorchFeatures : IFeatureEngine
{
    private readonly Discriminator _network;
    private readonly SpotModelOptions _options;
    private readonly Device _device;
    private readonly Precision _precision;
    private readonly string _name;
    private readonly long _size;

    internal LibtorchFeatures(
        TrainedWeights trained, bool averaged, SpotModelOptions options, Device device, Precision precision)
    {
        if (options.Threads > 0)
            NativeEngine.SetThreads(options.Threads);
        (_options, _device, _precision, _name) = (options, device, precision, trained.Path);
        _size = trained.Recipe.Network.ImageSize;
        _network = TrainedWeights.RestoreDiscriminator(trained.Recipe.Network, trained.Weights, averaged);
        _network.to(device);
    }

    /// <inheritdoc/>
    public string Difference => $"{EnginePrecision.NameOf(_precision)} on {_device}";

    /// <inheritdoc/>
    public float[] Run(ReadOnlySpan<float> views, int count)
    {
        using IDisposable precision = EnginePrecision.Use(_precision);
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor images = TensorData.From(views, count, 3, _size, _size).ToChannelsLast().Send(_device);
        return IFeatureEngine.RequireFinite(Pool(_network.Layer(images, (int)_options.Layer)).ToArray<float>(), _name);
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    // The windows of PoolingNodes' quarters are those of libtorch's adaptive pooling.
    private Tensor Pool(Tensor grid) => _options.Pooling switch
    {
        FeaturePooling.Mean => grid.mean([2, 3]),
        FeaturePooling.Max => grid.amax([2, 3]),
        FeaturePooling.Grid => nn.functional.adaptive_avg_pool2d(grid, [2, 2]),
        _ => grid,
    };
}
