using SpotArtifacts.Engine;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace SpotArtifacts.Networks;

/// <summary>
/// Convolution without bias, batch norm, LeakyReLU(0.2): what encoder, decoder and repair blocks are built of. Trunks with batch
/// norms take it without the activation.
/// </summary>
internal sealed class NormalizedConvolution : nn.Module<Tensor, Tensor>
{
    /// <summary>Slope of the activation below zero (method.md section 3).</summary>
    public const double Slope = 0.2;

    private readonly ConvolutionShape _shape;
    [ComponentName(Name = "conv")] private readonly Convolution _convolution;
    [ComponentName(Name = "bn")] private readonly BatchNorm _norm;

    /// <summary>Parts <c>conv</c> and <c>bn</c>.</summary>
    public NormalizedConvolution(ConvolutionShape shape) : base(nameof(NormalizedConvolution))
    {
        ArgumentNullException.ThrowIfNull(shape);
        _shape = shape;
        _convolution = new Convolution(shape, bias: false);
        _norm = new BatchNorm(shape.Outputs);
        RegisterComponents();
    }

    /// <summary>The convolution's weight.</summary>
    public Parameter Weight => _convolution.Weight;

    /// <summary>As <see cref="Forward"/>, by the module's own mode.</summary>
    public override Tensor forward(Tensor input) => Forward(input, training);

    /// <summary>(B, inputs, H, W) to (B, outputs, H', W').</summary>
    public Tensor Forward(Tensor x, bool training) => Finish(_convolution.forward(x), training);

    /// <summary>As <see cref="Forward"/>, without activation.</summary>
    public Tensor Normalize(Tensor x, bool training) => _norm.Forward(_convolution.forward(x), training);

    /// <summary>Batch norm and activation of a convolution computed elsewhere.</summary>
    public Tensor Finish(Tensor convolved, bool training) => _norm.Forward(convolved, training).LeakyReluInPlace(Slope);

    /// <summary>Weight and bias of the one convolution that it is in inference mode, without the activation.</summary>
    public (Tensor Weight, Tensor Bias) FoldedTensors() => _norm.Fold(_convolution.Weight);

    /// <summary>
    /// The block in inference mode as one convolution, as a snapshot of the present weights (<see cref="BatchNorm.Fold"/>).
    /// </summary>
    public FoldedConvolution Fold()
    {
        (Tensor weight, Tensor bias) = FoldedTensors();
        return new FoldedConvolution(weight.DetachFromDisposeScope(), bias.DetachFromDisposeScope(), _shape);
    }
}

/// <summary>
/// A frozen <see cref="NormalizedConvolution"/> with its batch norm folded in; records gradients of its input only.
/// </summary>
internal sealed class FoldedConvolution(Tensor weight, Tensor bias, ConvolutionShape shape) : IDisposable
{
    /// <summary>(B, inputs, H, W) to (B, outputs, H', W').</summary>
    public Tensor Forward(Tensor x) => Convolution.Apply(x, weight, bias, shape).LeakyReluInPlace(NormalizedConvolution.Slope);

    /// <inheritdoc/>
    public void Dispose()
    {
        weight.Dispose();
        bias.Dispose();
    }
}
