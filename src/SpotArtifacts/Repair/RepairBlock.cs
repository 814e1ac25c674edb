using SpotArtifacts.Autoencoding;
using SpotArtifacts.Torch;
using SpotArtifacts.Torch.Modules;

namespace SpotArtifacts.Repair;

/// <summary>
/// r = conv3x3(act(BN(conv3x3(concat[x, Omega])))), out = x + (1 - Omega) * r: changes only what lies under dropped entries
/// (SPEC section 3, Repair blocks).
/// </summary>
public sealed class RepairBlock : Module
{
    private readonly NormalizedConvolution _conv1;
    private readonly Convolution _conv2;
    private readonly bool _gating;
    private readonly int _width;

    /// <summary>A block on <paramref name="width"/> channels; without gating it may change everything (ablation).</summary>
    public RepairBlock(string name, int width, bool gating) : base(name)
    {
        _gating = gating;
        _width = width;
        _conv1 = Add(new NormalizedConvolution($"{name}.conv1", new ConvolutionShape(width + 1, width, 3, Padding: 1)));
        _conv2 = Add(new Convolution($"{name}.conv2", new ConvolutionShape(width, width, 3, Padding: 1), bias: true));
    }

    /// <summary>x (B, C, H, W) with the mask already at its grid (B, 1, H, W), to (B, C, H, W).</summary>
    public Tensor Forward(Tensor x, Tensor mask, bool training)
    {
        Tensor r = _conv2.Forward(_conv1.Finish(ConvolveWithMask(x, mask), training));
        return _gating ? Functions.AddProduct(x, 1.0 - mask, r) : x + r;
    }

    // conv(concat[x, Omega]) as a convolution of x plus a matrix product over the mask's 3x3 patches: a channel count like 17 would be
    // padded to 32 inside the kernels, and a convolution of one channel leaves the channels-last layout.
    private Tensor ConvolveWithMask(Tensor x, Tensor mask)
    {
        (long images, long rows, long columns) = (x.Shape[0], x.Shape[2], x.Shape[3]);
        Tensor weight = _conv1.Weight.Value;
        Tensor patches = Functions.Patches(mask, window: 3).Transpose(1, 2);
        Tensor ofMask = Functions.Linear(patches, weight.Narrow(1, _width, 1).Reshape(_width, 9), null);
        return Functions.Convolution(x, weight.Narrow(1, 0, _width), null, padding: 1)
            + ofMask.Reshape(images, rows, columns, _width).Permute(0, 3, 1, 2);
    }
}
