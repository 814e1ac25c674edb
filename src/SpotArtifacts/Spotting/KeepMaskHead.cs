using SpotArtifacts.Torch;
using SpotArtifacts.Torch.Modules;

namespace SpotArtifacts.Spotting;

/// <summary>conv3x3 on conv5 to one logit per bottleneck entry; the target is the keep mask (1 = kept).</summary>
public sealed class KeepMaskHead : Module
{
    private readonly Convolution _convolution;

    /// <summary>A head with tensors <c>discriminator.mask_head.…</c>.</summary>
    public KeepMaskHead(int channels) : base("discriminator.mask_head") =>
        _convolution = Add(new Convolution("discriminator.mask_head", new ConvolutionShape(channels, 1, 3, Padding: 1), bias: true));

    /// <summary>(2B, K5, M, M) to logits (2B, 1, M, M).</summary>
    public Tensor Forward(Tensor conv5) => _convolution.Forward(conv5);
}
