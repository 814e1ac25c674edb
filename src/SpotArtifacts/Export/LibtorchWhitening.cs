using SpotArtifacts.Engine;
using SpotArtifacts.Features.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Export;

// N images, W numbers of all layers joined, D of the whitened vector.

/// <summary>The whitened vector by libtorch: the same arithmetic as <see cref="WhiteningNodes"/>.</summary>
internal sealed class LibtorchWhitening : IDisposable
{
    private readonly Tensor _mean, _projection;

    internal LibtorchWhitening(Whitening whitening, Device device)
    {
        Dimensions = whitening.Dimensions;
        long width = whitening.Mean.Length;
        using DisposeScope scope = NewDisposeScope();
        _mean = TensorData.From<float>(whitening.Mean, 1, width).to(device).DetachFromDisposeScope();
        _projection = TensorData.From<float>(whitening.Projection, width, Dimensions).to(device).DetachFromDisposeScope();
    }

    /// <summary>D.</summary>
    internal int Dimensions { get; }

    /// <summary>The vectors (N, D) of the grids of conv1 to conv5.</summary>
    internal Tensor Apply(IEnumerable<Tensor> grids) =>
        Project(cat([.. grids.Select(grid => Unit(LibtorchFeatures.Quarters(grid).flatten(1).sqrt()))], 1));

    /// <summary>The vectors (N, D) of all layers joined, (N, W).</summary>
    internal Tensor Project(Tensor joined) => Unit(joined.sub(_mean).matmul(_projection));

    /// <inheritdoc/>
    public void Dispose()
    {
        _mean.Dispose();
        _projection.Dispose();
    }

    private static Tensor Unit(Tensor x) => x / x.Squared().sum([1], keepdim: true).sqrt().AtLeast(1e-12);
}
