using SpotArtifacts.Networks;
using SpotArtifacts.Spotting;
using SpotArtifacts.Spotting.Trunks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer.Trunk;

// B batch, S image side, K5 channels and M rows and columns of conv5.

/// <summary>
/// An AlexNet's conv1 to conv5 as five plain convolutions with bias: batch norms are folded into their convolutions (with s =
/// scale / sqrt(running variance + eps): weight * s, and shift - running mean * s), since neither Caffe-shaped protocols nor the rescaling of Kraehenbuehl et al. can handle batch norm (gidariss/FeatureLearningRotNet
/// extras/convert_alexnet_from_pytorch2caffe.py does the same). In inference it is the same function; in training it is one
/// without batch statistics.
/// </summary>
internal sealed class FoldedTrunk : nn.Module
{
    private readonly Convolution[] _layers;
    private readonly bool _responseNorm;
    private readonly int _stride1;

    /// <param name="source">Copied; stays the caller's.</param>
    /// <param name="options">Its sizes.</param>
    internal FoldedTrunk(Discriminator source, NetworkOptions options) : base("trunk")
    {
        var plan = TrunkPlan.Of(options);
        _stride1 = options.Conv1Stride;
        _responseNorm = plan.Stages[0].ResponseNorm;
        _layers = [.. plan.Convolutions.Select(convolution => new Convolution(convolution.Shape, bias: true))];
        for (int i = 0; i < _layers.Length; i++)
        {
            register_module($"conv{i + 1}", _layers[i]);
            Copy(source.Layers[i], _layers[i]);
        }
        OutputChannels = source.Channels;
    }

    /// <summary>What folding is called in reports.</summary>
    internal static string FoldingText(NetworkOptions options) =>
        options.Trunk == TrunkKind.AlexnetBn
            ? "all batch norms (running mean and variance, scale, shift) folded into their convolutions before anything else"
            : "conv5's batch norm (running mean and variance, shift) folded into its convolution before anything else";

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
        new("conv2", _layers[1], x => TrunkLayers.Pool(x, _responseNorm)),
        new("conv3", _layers[2], x => TrunkLayers.Pool(x, _responseNorm)),
        new("conv4", _layers[3], static x => functional.relu(x)),
        new("conv5", _layers[4], static x => functional.relu(x)),
    ];

    /// <summary>(B, 3, S, S') in [-1, 1] to conv5 after ReLU: (B, K5, M, M').</summary>
    internal Tensor Forward(Tensor images) => functional.relu(ChainLayer.Run(Chain, images));

    /// <summary>Parameters of the layers behind the first <paramref name="frozen"/>.</summary>
    internal IEnumerable<NetworkTensor> TrainedBehind(int frozen) => this.Trained().Skip(2 * frozen); // a weight and a bias each

    private static void Copy(nn.Module source, Convolution layer)
    {
        if (source is Convolution plain)
        {
            layer.Weight.Assign(plain.Weight);
            layer.Bias!.Assign(plain.Bias!);
            return;
        }
        (Tensor weight, Tensor bias) = source is ShiftedConvolution shifted ? shifted.Norm.Fold(shifted.Convolution.Weight)
            : ((NormalizedConvolution)source).FoldedTensors();
        using (weight)
            layer.Weight.Assign(weight);
        using (bias)
            layer.Bias!.Assign(bias);
    }
}
