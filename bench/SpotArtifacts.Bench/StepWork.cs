using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Spotting;
using SpotArtifacts.Spotting.Trunks;

namespace SpotArtifacts.Bench;

/// <summary>
/// Floating-point operations of the convolutions and products that the method needs for one image, two for each multiplication:
/// what a step cannot do without, whoever computes it.
/// </summary>
internal sealed class StepWork
{
    private readonly double _encoder, _decoder, _stem, _repair, _firstRepair, _trunk, _conv1, _repairTrunk, _heads, _maskHead;

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
        _repairTrunk = (TrunkPlan.Of(network).SeesImagesApart ? 1 : 2) * _trunk;
        int grid = network.KeepMaskGrid, channels = network.DiscriminatorWidths[4];
        _maskHead = Convolution(channels, 1, 3, grid);
        _heads = 2.0 * channels * grid * grid * network.ClassHeadWidth + 2.0 * network.ClassHeadWidth * 2;
    }

    /// <summary>Stage 1: forward, gradients of weights and of inputs; nobody needs the gradient of the images.</summary>
    internal double Autoencoder => 3 * (_encoder + _decoder) - _stem;

    /// <summary>
    /// Stage 2: encoded, decoded clean, repaired and decoded; C on both; gradients of C's weights, and of the repair network's
    /// through C on the repaired image alone unless batch norms join both, through the heads on both.
    /// </summary>
    internal double Spotting => _encoder + _decoder + 2 * _decoder + 3 * _repair - _firstRepair
        + 2 * (3 * (_trunk + _heads + _maskHead) - _conv1) + _repairTrunk + 2 * _heads;

    /// <summary>Features of the last layer.</summary>
    internal double Features => _trunk;

    private static (double Conv1, double Trunk) Trunk(NetworkOptions network)
    {
        double conv1 = 0, all = 0;
        int size = network.ImageSize;
        foreach (TrunkStage stage in TrunkPlan.Of(network).Stages)
        {
            // The strides of a stage are its first convolution's and that of the shortcut beside it.
            size = SamePadding.OutputSize(size, stage.Convolutions.First().Shape.Stride);
            foreach (ConvolutionShape shape in stage.Convolutions.Select(convolution => convolution.Shape))
                all += Convolution(shape.Inputs / shape.Groups, shape.Outputs, shape.Kernel, size);
            conv1 = conv1 == 0 ? all : conv1;
            if (stage.Pooled)
                size = SamePadding.OutputSize(size, Discriminator.PoolStride);
        }
        return (conv1, all);
    }

    private static double Convolution(int inputs, int outputs, int kernel, int size) =>
        2.0 * inputs * outputs * kernel * kernel * size * size;
}
