using SpotArtifacts.Features;
using SpotArtifacts.Images;

namespace SpotArtifacts.Export;

/// <summary>What an ONNX model takes as its input; always RGB, of the network's own size S x S.</summary>
public enum OnnxInput
{
    /// <summary>uint8 (N, S, S, 3): the bytes an image decoder gives, row by row.</summary>
    Bytes,

    /// <summary>
    /// float32 (N, 3, S, S) from 0 to 1: what torchvision's ToTensor gives, and what a resizer in floats loses nothing by.
    /// </summary>
    Unit,
}

/// <summary>
/// How a network is written as ONNX. Whatever is chosen, <see cref="SpotModel"/> takes any layer and pooling from the file.
/// </summary>
public sealed record OnnxExportOptions
{
    /// <summary>Lowest operator set that can be asked for.</summary>
    public const int MinOpset = 13;

    /// <summary>Highest operator set that can be asked for.</summary>
    public const int MaxOpset = 18;

    /// <summary>
    /// Version of the operator set, 13 to 18. The graph is the same for all; the number decides which runtimes take it.
    /// </summary>
    public int Opset { get; init; } = 17;

    /// <summary>What the model takes.</summary>
    public OnnxInput Input { get; init; }

    /// <summary>Feature maps to give out.</summary>
    public IReadOnlyList<FeatureLayer> Layers { get; init; } = FeatureLayers.All;

    /// <summary>The layer that the vector <c>output</c> is made of.</summary>
    public FeatureLayer VectorLayer { get; init; } = FeatureLayer.Conv5;

    /// <summary>
    /// How its grid becomes that vector: mean, max or grid; <see cref="FeaturePooling.Full"/> is what <see cref="Layers"/> give
    /// out.
    /// </summary>
    public FeaturePooling VectorPooling { get; init; } = FeaturePooling.Mean;

    /// <summary>
    /// Whether the verdict's outputs and the autoencoder are there, which inspection needs; without them the model lacks the
    /// class head, its
    /// largest part.
    /// </summary>
    public bool Verdict { get; init; } = true;

    /// <summary>Take the exponential moving averages of the weights.</summary>
    public bool Averaged { get; init; }

    /// <summary>
    /// Images that the vector <c>whitened</c> is fitted on (<see cref="FeatureLayer.Whitened"/>): like those the network was
    /// trained on, best those themselves; of many, 10,000 are looked at. Null: the file has no such vector. They stay open, and
    /// the caller's.
    /// </summary>
    public ImageSet? FitImages { get; init; }

    /// <summary>Throws unless every value can be used.</summary>
    /// <exception cref="SpotException">Names the value and what would be right.</exception>
    internal void Validate()
    {
        if (Opset is < MinOpset or > MaxOpset)
            throw new SpotException($"opset {Opset} cannot be written; choose one from {MinOpset} to {MaxOpset}");
        foreach (FeatureLayer layer in Layers.Append(VectorLayer))
            if (!FeatureLayers.All.Contains(layer))
                throw new SpotException($"there is no layer {layer}; layers are {string.Join(", ", FeatureLayers.Names)}");
        if (VectorPooling is not (FeaturePooling.Mean or FeaturePooling.Max or FeaturePooling.Grid))
            throw new SpotException($"a vector cannot be pooled by {VectorPooling}; choose mean, max or grid");
    }
}
