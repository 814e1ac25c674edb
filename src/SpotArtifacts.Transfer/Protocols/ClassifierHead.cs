using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer.Protocols;

// B batch, C channels and M rows and columns of conv5, W hidden width, K classes.

/// <summary>
/// Classes from conv5: a linear layer, or, as in the discriminator's own class head, a hidden layer with batch norm, ReLU and
/// dropout before it.
/// </summary>
internal sealed class ClassifierHead : nn.Module
{
    private readonly ShiftedConvolution? _hidden;
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
            _hidden = new ShiftedConvolution(new ConvolutionShape(inputs, hidden, 1));
            register_module("fc1", _hidden);
        }
        _scores = new Convolution(new ConvolutionShape(hidden > 0 ? hidden : inputs, classes, 1), bias: true);
        register_module("fc2", _scores);
    }

    /// <summary>(B, C, M, M) to scores (B, K).</summary>
    /// <param name="conv5">After ReLU.</param>
    /// <param name="training">Batch statistics and dropout.</param>
    /// <param name="dropout">Source of dropout; used in training alone.</param>
    internal Tensor Forward(Tensor conv5, bool training, Generator dropout)
    {
        Tensor x = conv5.reshape(conv5.shape[0], -1);
        if (_hidden is not null)
            x = functional.relu(_hidden.Norm.Forward(Product(x, _hidden.Convolution, null).reshape(x.shape[0], -1, 1, 1),
                training)).reshape(x.shape[0], -1);
        return Product(training ? Operations.Dropout(x, _dropout, dropout) : x, _scores, _scores.Bias!);
    }

    private static Tensor Product(Tensor x, Convolution layer, Tensor? bias)
    {
        Tensor weight = layer.Weight;
        return functional.linear(x, weight.reshape(weight.shape[0], -1), bias);
    }
}
