using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer.Trunk;

/// <summary>
/// AlexNet's fc6 and fc7 with ReLU and dropout, as convolutions: kernel 1 where their input is a vector, larger where the network
/// stays convolutional. What comes before fc6 (a pooling) and behind fc7 (scores) differs between protocols.
/// </summary>
internal sealed class FullyConnectedHead : nn.Module
{
    /// <summary>Deviation of fc6's and fc7's random weights, and their bias (bvlc_alexnet train_val.prototxt).</summary>
    internal const double RandomDeviation = 0.005, RandomBias = 0.1;

    private readonly Convolution _fc6, _fc7;
    private readonly Func<Tensor, Tensor> _before;
    private readonly double _dropout;

    /// <param name="inputs">Channels of fc6's input.</param>
    /// <param name="kernel">Side of fc6's kernel.</param>
    /// <param name="hidden">Width of both.</param>
    /// <param name="before">From conv5 after ReLU to fc6's input.</param>
    /// <param name="dropout">Probability behind each of both.</param>
    internal FullyConnectedHead(int inputs, int kernel, int hidden, Func<Tensor, Tensor> before, double dropout) : base("head")
    {
        (_before, _dropout) = (before, dropout);
        _fc6 = new Convolution(new ConvolutionShape(inputs, hidden, kernel, Same: true), bias: true);
        _fc7 = new Convolution(new ConvolutionShape(hidden, hidden, 1), bias: true);
        register_module("fc6", _fc6);
        register_module("fc7", _fc7);
    }

    /// <summary>Both layers as part of a chain whose last output was conv5 before its ReLU.</summary>
    internal IEnumerable<ChainLayer> Chain =>
        [new("fc6", _fc6, x => _before(functional.relu(x))), new("fc7", _fc7, static x => functional.relu(x))];

    /// <summary>Random weights of fixed deviation, for networks that are not filled from data.</summary>
    internal void Draw(long seed)
    {
        RandomWeights.Set("head.fc6", _fc6, RandomDeviation, RandomBias, seed);
        RandomWeights.Set("head.fc7", _fc7, RandomDeviation, RandomBias, seed);
    }

    /// <summary>conv5 after ReLU to fc7 after ReLU.</summary>
    /// <param name="conv5">(B, K5, M, M').</param>
    /// <param name="dropout">Source of dropout; null for none.</param>
    internal Tensor Forward(Tensor conv5, Generator? dropout) => ForwardPooled(_before(conv5), dropout);

    /// <summary>fc6's input to fc7 after ReLU.</summary>
    internal Tensor ForwardPooled(Tensor pooled, Generator? dropout)
    {
        Tensor x = Drop(functional.relu(_fc6.forward(pooled)), dropout);
        return Drop(functional.relu(_fc7.forward(x)), dropout);
    }

    private Tensor Drop(Tensor x, Generator? dropout) => dropout is null ? x : Operations.Dropout(x, _dropout, dropout);
}

/// <summary>Normal weights of a given deviation.</summary>
internal static class RandomWeights
{
    /// <summary>Draws depend on the seed and the layer's name alone.</summary>
    internal static void Set(string name, Convolution layer, double deviation, double bias, long seed)
    {
        var random = new NamedRandom($"{name}.weight", seed);
        float[] values = new float[layer.Weight.numel()];
        for (int i = 0; i < values.Length; i++)
            values[i] =
                (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(
                2 * Math.PI * random.NextDouble()));
        layer.Weight.CopyFrom<float>(values);
        float[] biases = new float[layer.Bias!.numel()];
        Array.Fill(biases, (float)bias);
        layer.Bias.CopyFrom<float>(biases);
    }
}
