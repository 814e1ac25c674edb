using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using static TorchSharp.torch;

namespace SpotArtifacts.Spotting;

/// <summary>conv3x3 on conv5 to one logit per bottleneck entry; the target is the keep mask (1 = kept).</summary>
public sealed class KeepMaskHead
{
    /// <summary>A head of its own convolution.</summary>
    /// <param name="channels">Channels of conv5.</param>
    internal KeepMaskHead(int channels) => Convolution =
        new Convolution(new ConvolutionShape(channels, 1, 3, Padding: 1), bias: true);

    /// <summary>What it consists of; the discriminator registers it as <c>mask_head</c>.</summary>
    internal Convolution Convolution { get; }

    /// <summary>(2B, K5, M, M) to logits (2B, 1, M, M).</summary>
    public Tensor Forward(Tensor conv5) => EnginePrecision.Widen(Convolution.forward(conv5));
}
