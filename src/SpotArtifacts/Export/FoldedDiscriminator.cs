using SpotArtifacts.Autoencoding;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using SpotArtifacts.Torch.Modules;

namespace SpotArtifacts.Export;

/// <summary>A layer as any other library computes it: one convolution with bias, its batch norm folded in.</summary>
/// <param name="Name">As <c>conv1</c>, <c>mask_head</c>, <c>fc1</c>.</param>
/// <param name="Weight">Weights OIHW, row-major.</param>
/// <param name="Shape">(outputs, inputs / groups, kernel, kernel).</param>
/// <param name="Bias">(outputs).</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Groups">Columns that do not see each other.</param>
internal sealed record FoldedLayer(string Name, float[] Weight, long[] Shape, float[] Bias, int Stride = 1, int Groups = 1);

/// <summary>C in inference mode as plain layers, read out of a run's weights: what an export writes.</summary>
internal sealed class FoldedDiscriminator
{
    private readonly Dictionary<string, Parameter> _parameters;

    private FoldedDiscriminator(Discriminator network, NetworkOptions options)
    {
        _parameters = network.Parameters.ToDictionary(parameter => parameter.Name["discriminator.".Length..]);
        Options = options;
        Convolutions = [Plain("conv1", options.Conv1Stride), Plain("conv2"), Plain("conv3"), Plain("conv4"), Normalized("conv5")];
        MaskHead = network.MaskHead is null ? null : Plain("mask_head");
        Hidden = Normalized("fc1");
        Logits = Plain("fc2");
    }

    /// <summary>Sizes.</summary>
    internal NetworkOptions Options { get; }

    /// <summary>conv1 to conv5.</summary>
    internal IReadOnlyList<FoldedLayer> Convolutions { get; }

    /// <summary>The keep-mask head; null in the ablation without it.</summary>
    internal FoldedLayer? MaskHead { get; }

    /// <summary>The class head's full-grid convolution.</summary>
    internal FoldedLayer Hidden { get; }

    /// <summary>The class head's 1x1 convolution to logits: 0 = repaired, 1 = real; as many as a baseline has classes.</summary>
    internal FoldedLayer Logits { get; }

    /// <summary>Reads the discriminator out of a run's weights.</summary>
    /// <param name="trained">A run or an exported file.</param>
    /// <param name="averaged">Take the exponential moving averages.</param>
    /// <exception cref="SpotException">A tensor is missing or has another shape; or averages are wanted and there are none.</exception>
    internal static FoldedDiscriminator Of(TrainedWeights trained, bool averaged)
    {
        if (averaged) SafetensorsExport.RequireAverages(trained);
        using Discriminator network = TrainedWeights.RestoreDiscriminator(trained.Recipe.Network, trained.Weights, averaged);
        return new FoldedDiscriminator(network, trained.Recipe.Network);
    }

    private FoldedLayer Plain(string name, int stride = 1)
    {
        Parameter weight = _parameters[$"{name}.weight"];
        return new FoldedLayer(name, weight.Value.ToArray<float>(), [.. weight.Value.Shape], Values($"{name}.bias"), stride, weight.Groups);
    }

    // Without gamma: s = 1 / sqrt(running_var + eps), weight * s and beta - running_mean * s. In double, rounded once.
    private FoldedLayer Normalized(string name)
    {
        Parameter weight = _parameters[$"{name}.conv.weight"];
        float[] values = weight.Value.ToArray<float>(), bias = Values($"{name}.bn.bias");
        float[] mean = Values($"{name}.bn.running_mean"), variance = Values($"{name}.bn.running_var");
        int filter = values.Length / bias.Length;
        for (int i = 0; i < bias.Length; i++)
        {
            double scale = 1 / Math.Sqrt(variance[i] + NormalizedConvolution.Epsilon);
            foreach (ref float w in values.AsSpan(i * filter, filter)) w = (float)(w * scale);
            bias[i] = (float)(bias[i] - mean[i] * scale);
        }
        return new FoldedLayer(name, values, [.. weight.Value.Shape], bias, Groups: weight.Groups);
    }

    private float[] Values(string name) => _parameters[name].Value.ToArray<float>();
}
