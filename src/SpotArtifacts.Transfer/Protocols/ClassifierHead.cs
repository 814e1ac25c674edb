using SpotArtifacts.Autoencoding;
using SpotArtifacts.Engine;
using static TorchSharp.torch.nn;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Protocols;

// B batch, C channels and M rows and columns of conv5, W hidden width, K classes.

/// <summary>Classes from conv5: a linear layer, or, as in the discriminator's own class head, a hidden layer with batch norm, ReLU and dropout before it.</summary>
internal sealed class ClassifierHead : nn.Module
{
    private readonly Convolution? _hidden;
    private readonly BatchNorm? _norm;
    private readonly Convolution _scores;
    private readonly double _dropout;

    /// <param name="inputs">C * M * M.</param>
    /// <param name="hidden">W, or 0 for a linear head.</param>
    /// <param name="classes">K.</param>
    /// <param name="dropout">Probability that a hidden unit (or, without hidden layer, an input) is dropped in training.</param>
    internal ClassifierHead(int inputs, int hidden, int classes, double dropout) : base("classifier")
    {
        _dropout = dropout;
        if (hidden > 0)
        {
            _hidden = Add(new Convolution("classifier.fc1.conv", new ConvolutionShape(inputs, hidden, 1), bias: false));
            _norm = Add(new BatchNorm("classifier.fc1.bn", hidden, NormalizedConvolution.Momentum, NormalizedConvolution.Epsilon, scale: false));
        }
        _scores = Add(new Convolution("classifier.fc2", new ConvolutionShape(hidden > 0 ? hidden : inputs, classes, 1), bias: true));
    }

    /// <summary>(B, C, M, M) to scores (B, K).</summary>
    /// <param name="conv5">After ReLU.</param>
    /// <param name="training">Batch statistics and dropout.</param>
    /// <param name="dropout">Source of dropout; used in training alone.</param>
    internal Tensor Forward(Tensor conv5, bool training, Generator dropout)
    {
        Tensor x = conv5.reshape(conv5.shape[0], -1);
        if (_hidden is not null)
            x = functional.relu(_norm!.Forward(Product(x, _hidden, null).reshape(x.shape[0], -1, 1, 1), training)).reshape(x.shape[0], -1);
        return Product(training ? Operations.Dropout(x, _dropout, dropout) : x, _scores, _scores.Bias!.Value);
    }

    private static Tensor Product(Tensor x, Convolution layer, Tensor? bias)
    {
        Tensor weight = layer.Weight.Value;
        return functional.linear(x, weight.reshape(weight.shape[0], -1), bias);
    }
}
