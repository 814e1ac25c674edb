using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Spotting;

namespace SpotArtifacts.Bench;

/// <summary>
/// Floating-point operations of the convolutions and products that the method needs for one image, two for each multiplication:
/// what a step cannot do without, whoever computes it.
/// </summary>
internal sealed class StepWork
{
    private readonly double _encoder, _decoder, _stem, _repair, _firstRepair, _trunk, _conv1, _heads, _maskHead;

    internal StepWork(NetworkOptions network)
    {
        int size = network.ImageSize;
        _encoder = _stem = Convolution(3, network.StemWidth, 3, size);
        int inputs = network.StemWidth;
        foreach (int width in network.EncoderWidths)
        {
            size /= 2;
            _encoder += Convolution(inputs, width, network.EncoderKernel, size);
            inputs = width;
        }
        int[] levels = [.. network.EncoderWidths.Reverse(), network.StemWidth];
        for (int level = 0; level < levels.Length; level++)
        {
            double first = Convolution(levels[level] + 1, levels[level], 3, size);
            _repair += first + Convolution(levels[level], levels[level], 3, size);
            if (level == 0)
                _firstRepair = first;
            if (level + 1 == levels.Length)
                break;
            size *= 2;
            _decoder += Convolution(levels[level], levels[level + 1], 3, size);
        }
        _decoder += Convolution(levels[^1], 3, 3, size);
        (_conv1, _trunk) = Trunk(network);
        int grid = network.KeepMaskGrid, channels = network.DiscriminatorWidths[4];
        _maskHead = Convolution(channels, 1, 3, grid);
        _heads = 2.0 * channels * grid * grid * network.ClassHeadWidth + 2.0 * network.ClassHeadWidth * 2;
    }

    /// <summary>Stage 1: forward, gradients of weights and of inputs; nobody needs the gradient of the images.</summary>
    internal double Autoencoder => 3 * (_encoder + _decoder) - _stem;

    /// <summary>
    /// Stage 2: encoded, decoded clean, repaired and decoded; C on both; gradients of C's weights, and of the repair network's
    /// through C on the repaired image alone, through the heads on both.
    /// </summary>
    internal double Spotting => _encoder + _decoder + 2 * _decoder + 3 * _repair - _firstRepair
        + 2 * (3 * (_trunk + _heads + _maskHead) - _conv1) + _trunk + 2 * _heads;

    /// <summary>Features of the last layer.</summary>
    internal double Features => _trunk;

    private static (double Conv1, double Trunk) Trunk(NetworkOptions network)
    {
        ConvolutionShape[] shapes = Discriminator.Shapes(network);
        int size = SamePadding.OutputSize(network.ImageSize, network.Conv1Stride);
        double conv1 = Convolution(shapes[0].Inputs, shapes[0].Outputs, shapes[0].Kernel, size), all = conv1;
        for (int i = 1; i < shapes.Length; i++)
        {
            if (i < 3)
                size = SamePadding.OutputSize(size, Discriminator.PoolStride);
            all += Convolution(shapes[i].Inputs / shapes[i].Groups, shapes[i].Outputs, shapes[i].Kernel, size);
        }
        return (conv1, all);
    }

    private static double Convolution(int inputs, int outputs, int kernel, int size) =>
        2.0 * inputs * outputs * kernel * kernel * size * size;
}
