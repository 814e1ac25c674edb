using SpotArtifacts.Torch;
using SpotArtifacts.Torch.Modules;

namespace SpotArtifacts.Autoencoding;

/// <summary>Convolution without bias, batch norm, LeakyReLU(0.2): what encoder, decoder and repair blocks are built of.</summary>
public sealed class NormalizedConvolution : Module
{
    /// <summary>Slope of the activation below zero (SPEC section 3).</summary>
    public const double Slope = 0.2;

    /// <summary>Momentum of every batch norm: weight of the new batch (SPEC section 3).</summary>
    public const double Momentum = 0.025;

    /// <summary>Epsilon of every batch norm (SPEC section 3).</summary>
    public const double Epsilon = 1e-3;

    private readonly ConvolutionShape _shape;
    private readonly Convolution _convolution;
    private readonly BatchNorm _norm;

    /// <summary>Tensors <c>name.conv.weight</c> and <c>name.bn.…</c>.</summary>
    public NormalizedConvolution(string name, ConvolutionShape shape) : base(name)
    {
        ArgumentNullException.ThrowIfNull(shape);
        _shape = shape;
        _convolution = Add(new Convolution($"{name}.conv", shape, bias: false));
        _norm = Add(new BatchNorm($"{name}.bn", shape.Outputs, Momentum, Epsilon));
    }

    /// <summary>The convolution's weight.</summary>
    public Parameter Weight => _convolution.Weight;

    /// <summary>(B, inputs, H, W) to (B, outputs, H', W').</summary>
    public Tensor Forward(Tensor x, bool training) => Finish(_convolution.Forward(x), training);

    /// <summary>Batch norm and activation of a convolution computed elsewhere.</summary>
    public Tensor Finish(Tensor convolved, bool training) => Functions.LeakyRelu(_norm.Forward(convolved, training), Slope);

    /// <summary>
    /// The block in inference mode as one convolution: with s = gamma / sqrt(running_var + eps), weight * s and beta - running_mean * s.
    /// </summary>
    public FoldedConvolution Fold()
    {
        using GradMode off = Autograd.Disable();
        using var scope = new TensorScope();
        Tensor factor = _norm.Scale!.Value / (_norm.RunningVariance.Value + _norm.Epsilon).Sqrt();
        Tensor weight = _convolution.Weight.Value.Detach() * factor.Reshape(-1, 1, 1, 1);
        Tensor bias = _norm.Shift.Value.Detach() - _norm.RunningMean.Value * factor;
        return new FoldedConvolution(weight.Detach().Clone().Detached(), bias.Detach().Clone().Detached(), _shape);
    }
}

/// <summary>A frozen <see cref="NormalizedConvolution"/> with its batch norm folded in; records gradients of its input only.</summary>
public sealed class FoldedConvolution(Tensor weight, Tensor bias, ConvolutionShape shape) : IDisposable
{
    /// <summary>(B, inputs, H, W) to (B, outputs, H', W').</summary>
    public Tensor Forward(Tensor x) =>
        Functions.LeakyRelu(Functions.Convolution(x, weight, bias, shape.Stride, shape.Padding), NormalizedConvolution.Slope);

    /// <inheritdoc/>
    public void Dispose()
    {
        weight.Dispose();
        bias.Dispose();
    }
}
