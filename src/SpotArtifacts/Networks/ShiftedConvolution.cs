using SpotArtifacts.Engine;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Networks;

/// <summary>Convolution without bias, batch norm that only shifts, ReLU: C's conv5 and hidden layer.</summary>
public sealed class ShiftedConvolution : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv")] private readonly Convolution _convolution;
    [ComponentName(Name = "bn")] private readonly BatchNorm _norm;

    static ShiftedConvolution() => NativeEngine.EnsureLoaded();

    /// <summary>Parts <c>conv</c> and <c>bn</c>.</summary>
    public ShiftedConvolution(ConvolutionShape shape) : base(nameof(ShiftedConvolution))
    {
        _convolution = new Convolution(shape, bias: false);
        _norm = new BatchNorm(shape.Outputs, scale: false);
        RegisterComponents();
    }

    /// <summary>The convolution.</summary>
    public Convolution Convolution => _convolution;

    /// <summary>The norm.</summary>
    public BatchNorm Norm => _norm;

    /// <summary>(B, inputs, H, W) to (B, outputs, H', W'), after ReLU, by the module's own mode.</summary>
    public override Tensor forward(Tensor input) => functional.relu(_norm.Forward(_convolution.forward(input), training));
}
