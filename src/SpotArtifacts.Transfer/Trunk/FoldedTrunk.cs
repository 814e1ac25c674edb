using SpotArtifacts.Engine;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch.nn;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Trunk;

// B batch, S image side, K5 channels and M rows and columns of conv5.

/// <summary>
/// The discriminator's conv1 to conv5 as five plain convolutions with bias: conv5's batch norm is folded into its convolution (with
/// s = 1 / sqrt(running variance + eps): weight * s, and shift - running mean * s), since neither Caffe-shaped protocols nor the rescaling of
/// Kraehenbuehl et al. can handle batch norm (gidariss/FeatureLearningRotNet extras/convert_alexnet_from_pytorch2caffe.py does the same).
/// In inference it is the same function; in training it is one without batch statistics.
/// </summary>
internal sealed class FoldedTrunk : nn.Module
{
    /// <summary>What folding is called in reports.</summary>
    internal const string FoldingText = "conv5's batch norm (running mean and variance, shift) folded into its convolution before anything else";

    private readonly Convolution[] _layers;
    private readonly int _stride1;

    /// <param name="source">Copied; stays the caller's.</param>
    /// <param name="options">Its sizes.</param>
    internal FoldedTrunk(Discriminator source, NetworkOptions options) : base("trunk")
    {
        IReadOnlyList<int> k = options.DiscriminatorWidths;
        _stride1 = options.Conv1Stride;
        ConvolutionShape[] shapes =
        [
            new(3, k[0], 11, _stride1, Same: true), new(k[0], k[1], 5, Groups: 2, Same: true), new(k[1], k[2], 3, Same: true),
            new(k[2], k[3], 3, Groups: 2, Same: true), new(k[3], k[4], 3, Groups: 2, Same: true),
        ];
        _layers = [.. shapes.Select((shape, i) => Add(new Convolution($"trunk.conv{i + 1}", shape, bias: true)))];
        Dictionary<string, Tensor> values = source.Tensors().ToDictionary(p => p.Name, p => p.Value);
        for (int i = 0; i < 4; i++)
        {
            _layers[i].Weight.Set(values[$"discriminator.conv{i + 1}.weight"]);
            _layers[i].Bias!.Set(values[$"discriminator.conv{i + 1}.bias"]);
        }
        Fold(values);
        OutputChannels = k[4];
    }

    /// <summary>Channels of conv5.</summary>
    internal int OutputChannels { get; }

    /// <summary>Input pixels from one cell of conv5 to the next.</summary>
    internal int Stride => 4 * _stride1;

    /// <summary>
    /// Input pixel at the centre of conv5's first cell, for inputs whose sides are multiples of <see cref="Stride"/>: SAME padding of conv1 begins with
    /// floor((11 - stride) / 2) zeros, that of both poolings with none.
    /// </summary>
    internal double Offset => 5 - (11 - _stride1) / 2 + 3 * _stride1;

    /// <summary>The layers as a chain; the last activation is conv5 before its ReLU.</summary>
    internal IReadOnlyList<ChainLayer> Chain =>
    [
        new("conv1", _layers[0], Discriminator.Center),
        new("conv2", _layers[1], x => Discriminator.PoolAndNormalize(functional.relu(x))),
        new("conv3", _layers[2], x => Discriminator.PoolAndNormalize(functional.relu(x))),
        new("conv4", _layers[3], Operations.Relu),
        new("conv5", _layers[4], Operations.Relu),
    ];

    /// <summary>(B, 3, S, S') in [-1, 1] to conv5 after ReLU: (B, K5, M, M').</summary>
    internal Tensor Forward(Tensor images) => functional.relu(ChainLayer.Run(Chain, images));

    /// <summary>Parameters of the layers behind the first <paramref name="frozen"/>.</summary>
    internal IEnumerable<NetworkTensor> TrainedBehind(int frozen) => _layers.Skip(frozen).SelectMany(layer => layer.Trained());

    private void Fold(Dictionary<string, Tensor> values)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        const string norm = "discriminator.conv5.bn.";
        Tensor factor = values[norm + "running_var"].ones_like() / (values[norm + "running_var"] + Autoencoding.NormalizedConvolution.Epsilon).sqrt();
        _layers[4].Weight.Set(values["discriminator.conv5.conv.weight"] * factor.reshape(-1, 1, 1, 1));
        _layers[4].Bias!.Set(values[norm + "bias"] - values[norm + "running_mean"] * factor);
    }
}
