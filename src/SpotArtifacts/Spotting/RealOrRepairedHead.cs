using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Spotting;

/// <summary>
/// Full-grid convolution, batch norm (shift only), ReLU, dropout, 1x1 convolution to two logits (to more in the baselines
/// and in the rotation head).
/// </summary>
public sealed class RealOrRepairedHead
{
    private readonly double _dropout;
    private readonly int _grid, _classes;

    /// <summary>A head of its own layers.</summary>
    /// <param name="channels">Channels of conv5.</param>
    /// <param name="grid">Rows and columns of conv5.</param>
    /// <param name="width">Hidden channels.</param>
    /// <param name="dropout">Probability that a hidden unit is dropped in training.</param>
    /// <param name="classes">Logits: 2 in the method.</param>
    internal RealOrRepairedHead(int channels, int grid, int width, double dropout, int classes)
    {
        (_grid, _dropout, _classes) = (grid, dropout, classes);
        HiddenLayer = new ShiftedConvolution(new ConvolutionShape(channels, width, grid));
        LogitLayer = new Convolution(new ConvolutionShape(width, classes, 1), bias: true);
    }

    /// <summary>The hidden layer; the discriminator registers it as <c>fc1</c>.</summary>
    internal ShiftedConvolution HiddenLayer { get; }

    /// <summary>The layer behind it; the discriminator registers it as <c>fc2</c>.</summary>
    internal Convolution LogitLayer { get; }

    /// <summary>(2B, K5, M, M) to (2B, width, 1, 1), after ReLU.</summary>
    /// <remarks>On a grid of the kernel's size the convolution is a matrix product, which is many times faster.</remarks>
    /// <exception cref="ArgumentException">The grid is not the one the head is made for.</exception>
    public Tensor Hidden(Tensor conv5, bool training)
    {
        ArgumentNullException.ThrowIfNull(conv5);
        if (conv5.size(2) != _grid || conv5.size(3) != _grid)
            throw new ArgumentException(
                $"the real-or-repaired head is made for a grid of {_grid} x {_grid}, not {conv5.size(2)} x {conv5.size(3)}");
        Tensor weight = HiddenLayer.Convolution.Weight;
        Tensor product = Product.OfTransposed(Rows(conv5), weight, Rows);
        return functional.relu(HiddenLayer.Norm.Forward(product.reshape(-1, weight.size(0), 1, 1), training));
    }

    // Position by position, as both lie in memory.
    private static Tensor Rows(Tensor x) => x.permute(0, 2, 3, 1).reshape(x.size(0), -1);

    /// <summary>(2B, width, 1, 1) to logits (2B, classes).</summary>
    /// <param name="hidden">The hidden layer's output.</param>
    /// <param name="dropout">Source of dropout; null for none.</param>
    public Tensor Logits(Tensor hidden, Generator? dropout)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        Tensor kept = dropout is null ? hidden : Operations.Dropout(hidden, _dropout, dropout);
        return EnginePrecision.Widen(LogitLayer.forward(kept)).reshape(-1, _classes);
    }
}
