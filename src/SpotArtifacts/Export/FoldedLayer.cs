using SpotArtifacts.Checkpoints;
using SpotArtifacts.Networks;
using SpotArtifacts.Spotting.Trunks;

namespace SpotArtifacts.Export;

/// <summary>A layer as any other library computes it: one convolution with bias, its batch norm folded in.</summary>
/// <param name="Name">As <c>conv1</c>, <c>mask_head</c>, <c>fc1</c>; of the autoencoder as <c>encoder.stem</c>.</param>
/// <param name="Weight">Weights OIHW, row-major.</param>
/// <param name="Shape">(outputs, inputs / groups, kernel, kernel).</param>
/// <param name="Bias">(outputs).</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Groups">Columns that do not see each other.</param>
internal sealed record FoldedLayer(string Name, float[] Weight, long[] Shape, float[] Bias, int Stride = 1, int Groups = 1);

/// <summary>Reads layers out of a run's weights.</summary>
/// <param name="weights">Weights or a checkpoint.</param>
/// <param name="averaged">Take the exponential moving averages, where a tensor has them.</param>
internal sealed class LayerReader(Checkpoint weights, bool averaged)
{
    /// <summary>A convolution of a trunk, its batch norm folded in where it has one.</summary>
    /// <exception cref="SpotException">A tensor is missing or has another shape.</exception>
    internal FoldedLayer Of(TrunkConvolution layer)
    {
        (string name, ConvolutionShape shape) = ($"discriminator.{layer.Name}", layer.Shape);
        return layer.Norm == TrunkNorm.None ? Plain(name, layer.WeightShape, shape.Stride, shape.Groups)
            : Normalized(name, layer.WeightShape, layer.Norm == TrunkNorm.ScaleAndShift, shape.Stride, shape.Groups);
    }

    /// <summary>A convolution with a bias of its own: tensors <c>FULLNAME.weight</c> and <c>.bias</c>.</summary>
    /// <exception cref="SpotException">A tensor is missing or has another shape.</exception>
    internal FoldedLayer Plain(string fullName, long[] shape, int stride = 1, int groups = 1) =>
        new(Short(fullName), Values($"{fullName}.weight", shape), shape, Values($"{fullName}.bias", shape[0]), stride, groups);

    /// <summary>
    /// A convolution and its batch norm, as one: tensors <c>FULLNAME.conv.weight</c> and <c>FULLNAME.bn.…</c>.
    /// </summary>
    /// <exception cref="SpotException">A tensor is missing or has another shape.</exception>
    internal FoldedLayer Normalized(string fullName, long[] shape, bool scale, int stride = 1, int groups = 1)
    {
        float[] weight = Values($"{fullName}.conv.weight", shape), bias = Values($"{fullName}.bn.bias", shape[0]);
        float[] mean = Values($"{fullName}.bn.running_mean", shape[0]), variance = Values($"{fullName}.bn.running_var", shape[0]);
        float[]? gamma = scale ? Values($"{fullName}.bn.weight", shape[0]) : null;
        BatchNormFolding.Fold(weight, bias, mean, variance, gamma);
        return new FoldedLayer(Short(fullName), weight, shape, bias, stride, groups);
    }

    /// <summary>A tensor's numbers.</summary>
    internal float[] Values(string name, params long[] shape) =>
        weights.Floats(averaged && weights.Has($"ema.{name}") ? $"ema.{name}" : name, shape).ToArray();

    private static string Short(string fullName) =>
        fullName.StartsWith("discriminator.", StringComparison.Ordinal) ? fullName["discriminator.".Length..] : fullName;
}
