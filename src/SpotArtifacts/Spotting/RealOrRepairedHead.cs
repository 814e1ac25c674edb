using SpotArtifacts.Autoencoding;
using SpotArtifacts.Torch;
using SpotArtifacts.Torch.Modules;

namespace SpotArtifacts.Spotting;

/// <summary>Full-grid convolution, batch norm (shift only), ReLU, dropout, 1x1 convolution to two logits (to more in the baselines).</summary>
public sealed class RealOrRepairedHead : Module
{
    private readonly Convolution _hidden, _logits;
    private readonly BatchNorm _norm;
    private readonly double _dropout;
    private readonly int _grid, _classes;

    /// <summary>A head with tensors <c>discriminator.fc1.…</c> and <c>discriminator.fc2.…</c>.</summary>
    /// <param name="channels">Channels of conv5.</param>
    /// <param name="grid">Rows and columns of conv5.</param>
    /// <param name="width">Hidden channels.</param>
    /// <param name="dropout">Probability that a hidden unit is dropped in training.</param>
    /// <param name="classes">Logits: 2 in the method.</param>
    public RealOrRepairedHead(int channels, int grid, int width, double dropout, int classes = 2) : base("discriminator.fc")
    {
        (_grid, _dropout, _classes) = (grid, dropout, classes);
        _hidden = Add(new Convolution("discriminator.fc1.conv", new ConvolutionShape(channels, width, grid), bias: false));
        _norm = Add(new BatchNorm("discriminator.fc1.bn", width, NormalizedConvolution.Momentum, NormalizedConvolution.Epsilon, scale: false));
        _logits = Add(new Convolution("discriminator.fc2", new ConvolutionShape(width, classes, 1), bias: true));
    }

    /// <summary>(2B, K5, M, M) to (2B, width, 1, 1), after ReLU.</summary>
    /// <remarks>On a grid of the kernel's size the convolution is a matrix product, which is many times faster.</remarks>
    public Tensor Hidden(Tensor conv5, bool training)
    {
        ArgumentNullException.ThrowIfNull(conv5);
        if (conv5.Shape[2] != _grid || conv5.Shape[3] != _grid)
            throw new TorchException($"the real-or-repaired head is made for a grid of {_grid} x {_grid}, got {conv5}");
        Tensor weight = _hidden.Weight.Value;
        Tensor product = Functions.Linear(conv5.Reshape(conv5.Shape[0], -1), weight.Reshape(weight.Shape[0], -1), null);
        return Functions.Relu(_norm.Forward(product.Reshape(-1, weight.Shape[0], 1, 1), training));
    }

    /// <summary>(2B, width, 1, 1) to logits (2B, classes).</summary>
    public Tensor Logits(Tensor hidden, RandomGenerator? dropout)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        Tensor kept = dropout is null ? hidden : Functions.Dropout(hidden, _dropout, dropout);
        return _logits.Forward(kept).Reshape(-1, _classes);
    }
}
