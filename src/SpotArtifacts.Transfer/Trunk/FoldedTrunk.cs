using SpotArtifacts.Networks;
using SpotArtifacts.Spotting;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer.Trunk;

// B batch, S image side, K5 channels and M rows and columns of conv5.

/// <summary>
/// The discriminator's conv1 to conv5 as five plain convolutions with bias: conv5's batch norm is folded into its convolution
/// (with s = 1 / sqrt(running variance + eps): weight * s, and shift - running mean * s), since neither Caffe-shaped protocols
/// nor the rescaling of Kraehenbuehl et al. can handle batch norm (gidariss/FeatureLearningRotNet
/// extras/convert_alexnet_from_pytorch2caffe.py does the same). In inference it is the same function; in training it is one
/// without batch statistics.
/// </summary>
internal sealed class FoldedTrunk : nn.Module
{
    /// <summary>What folding is called in reports.</summary>
    internal const string FoldingText =
        "conv5's batch norm (running mean and variance, shift) folded into its convolution before anything else";

    private readonly Convolution[] _layers;
    private readonly int _stride1;

    /// <param name="source">Copied; stays the caller's.</param>
    /// <param name="options">Its sizes.</param>
    internal FoldedTrunk(Discriminator source, NetworkOptions options) : base("trunk")
    {
        ConvolutionShape[] shapes = Discriminator.Shapes(options);
        _stride1 = options.Conv1Stride;
        _layers = [.. shapes.Select(shape => new Convolution(shape, bias: true))];
        for (int i = 0; i < _layers.Length; i++)
            register_module($"conv{i + 1}", _layers[i]);
        Convolution[] plain = [source.Conv1, source.Conv2, source.Conv3, source.Conv4];
        for (int i = 0; i < plain.Length; i++)
        {
            _layers[i].Weight.Assign(plain[i].Weight);
            _layers[i].Bias!.Assign(plain[i].Bias!);
        }
        (Tensor weight, Tensor bias) = source.Conv5.Norm.Fold(source.Conv5.Convolution.Weight);
        using (weight)
            _layers[4].Weight.Assign(weight);
        using (bias)
            _layers[4].Bias!.Assign(bias);
        OutputChannels = shapes[4].Outputs;
    }

    /// <summary>Channels of conv5.</summary>
    internal int OutputChannels { get; }

    /// <summary>Input pixels from one cell of conv5 to the next.</summary>
    internal int Stride => 4 * _stride1;

    /// <summary>
    /// Input pixel at the centre of conv5's first cell, for inputs whose sides are multiples of <see cref="Stride"/>: SAME
    /// padding of conv1 begins with floor((11 - stride) / 2) zeros, that of both poolings with none.
    /// </summary>
    internal double Offset => 5 - (11 - _stride1) / 2 + 3 * _stride1;

    /// <summary>The layers as a chain; the last activation is conv5 before its ReLU.</summary>
    internal IReadOnlyList<ChainLayer> Chain =>
    [
        new("conv1", _layers[0], Discriminator.Center),
        new("conv2", _layers[1], x => Discriminator.PoolAndNormalize(functional.relu(x))),
        new("conv3", _layers[2], x => Discriminator.PoolAndNormalize(functional.relu(x))),
        new("conv4", _layers[3], static x => functional.relu(x)),
        new("conv5", _layers[4], static x => functional.relu(x)),
    ];

    /// <summary>(B, 3, S, S') in [-1, 1] to conv5 after ReLU: (B, K5, M, M').</summary>
    internal Tensor Forward(Tensor images) => functional.relu(ChainLayer.Run(Chain, images));

    /// <summary>Parameters of the layers behind the first <paramref name="frozen"/>.</summary>
    internal IEnumerable<NetworkTensor> TrainedBehind(int frozen) => this.Trained().Skip(2 * frozen); // a weight and a bias each
}
