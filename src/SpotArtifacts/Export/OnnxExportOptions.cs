using SpotArtifacts.Spotting;

namespace SpotArtifacts.Export;

/// <summary>What an ONNX model takes as its input; always RGB, of the network's own size S x S.</summary>
public enum OnnxInput
{
    /// <summary>uint8 (N, S, S, 3): the bytes an image decoder gives, row by row.</summary>
    Bytes,

    /// <summary>float32 (N, 3, S, S) from 0 to 1: what torchvision's ToTensor gives, and what a resizer in floats loses nothing by.</summary>
    Unit,
}

/// <summary>How a network is written as ONNX.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>Lowest operator set that can be asked for.</summary>
    public const int MinOpset = 13;

    /// <summary>Highest operator set that can be asked for.</summary>
    public const int MaxOpset = 18;

    /// <summary>Version of the operator set, 13 to 18. The graph is the same for all; the number decides which runtimes take it.</summary>
    public int Opset { get; init; } = 17;

    /// <summary>What the model takes.</summary>
    public OnnxInput Input { get; init; }

    /// <summary>Feature maps to give out, of conv1 to conv5.</summary>
    public IReadOnlyList<string> Layers { get; init; } = Discriminator.FeatureLayers;

    /// <summary>The layer whose mean over all positions is the vector <c>output</c>.</summary>
    public string PooledLayer { get; init; } = Discriminator.FeatureLayers[^1];

    /// <summary>Whether the verdict's outputs are there; without them the model lacks the class head, its largest part.</summary>
    public bool Verdict { get; init; } = true;

    /// <summary>Take the exponential moving averages of the weights.</summary>
    public bool Averaged { get; init; }

    /// <summary>Throws unless every value can be used.</summary>
    /// <exception cref="SpotException">Names the value and what would be right.</exception>
    internal void Validate()
    {
        if (Opset is < MinOpset or > MaxOpset) throw new SpotException($"opset {Opset} cannot be written; choose one from {MinOpset} to {MaxOpset}");
        foreach (string layer in Layers.Append(PooledLayer))
            if (!Discriminator.FeatureLayers.Contains(layer))
                throw new SpotException($"there is no layer '{layer}'; the layers are {string.Join(", ", Discriminator.FeatureLayers)}");
    }
}
