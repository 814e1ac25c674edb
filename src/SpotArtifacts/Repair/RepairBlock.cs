using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Repair;

/// <summary>
/// r = conv3x3(act(BN(conv3x3(concat[x, Omega])))), out = x + (1 - Omega) * r: changes only what lies under dropped entries
/// (method.md section 3, Repair blocks).
/// </summary>
public sealed class RepairBlock : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly bool _gating;
    private readonly int _width;
    [ComponentName(Name = "conv1")] private readonly NormalizedConvolution _conv1;
    [ComponentName(Name = "conv2")] private readonly Convolution _conv2;

    static RepairBlock() => NativeEngine.EnsureLoaded();

    /// <summary>A block on <paramref name="width"/> channels; without gating it may change everything (ablation).</summary>
    public RepairBlock(int width, bool gating) : base(nameof(RepairBlock))
    {
        _gating = gating;
        _width = width;
        _conv1 = new NormalizedConvolution(new ConvolutionShape(width + 1, width, 3, Padding: 1));
        _conv2 = new Convolution(new ConvolutionShape(width, width, 3, Padding: 1), bias: true);
        RegisterComponents();
    }

    /// <summary>As <see cref="Forward"/>, by the module's own mode.</summary>
    /// <param name="input1">x (B, C, H, W).</param>
    /// <param name="input2">The mask at its grid (B, 1, H, W).</param>
    public override Tensor forward(Tensor input1, Tensor input2) => Forward(input1, input2, training);

    /// <summary>x (B, C, H, W) with the mask already at its grid (B, 1, H, W), to (B, C, H, W).</summary>
    public Tensor Forward(Tensor x, Tensor mask, bool training)
    {
        ArgumentNullException.ThrowIfNull(x);
        Tensor narrow = EnginePrecision.Narrow(x);
        Tensor r = _conv2.forward(_conv1.Finish(ConvolveWithMask(narrow, mask), training));
        return _gating ? narrow.PlusProduct(EnginePrecision.Narrow(mask.Complement()), r) : narrow.Plus(r);
    }

    // conv(concat[x, Omega]) as a convolution of x plus a matrix product over the mask's 3x3 patches: a channel count like 17
    // would be padded to 32 inside the kernels, and a convolution of one channel leaves the channels-last layout.
    private Tensor ConvolveWithMask(Tensor x, Tensor mask)
    {
        (long images, long rows, long columns) = (x.size(0), x.size(2), x.size(3));
        Tensor weight = _conv1.Weight;
        Tensor patches = Operations.Patches(mask, window: 3);
        Tensor ofMask = functional.linear(EnginePrecision.Narrow(patches),
            EnginePrecision.Narrow(weight.narrow(1, _width, 1).reshape(_width, 9)));
        return Convolution.Apply(x, weight.narrow(1, 0, _width), null, new ConvolutionShape(_width, _width, 3, Padding: 1))
            .Plus(ofMask.reshape(images, rows, columns, _width).permute(0, 3, 1, 2));
    }
}
