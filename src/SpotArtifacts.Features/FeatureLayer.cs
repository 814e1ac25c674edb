namespace SpotArtifacts.Features;

/// <summary>What features are made of: the activations of a layer, after ReLU and before pooling, or of all of them.</summary>
public enum FeatureLayer
{
    /// <summary>Edges and colours.</summary>
    Conv1 = 1,

    /// <summary>Textures.</summary>
    Conv2,

    /// <summary>Parts; in an AlexNet the grid is the coarsest from here on.</summary>
    Conv3,

    /// <summary>Parts in their surroundings.</summary>
    Conv4,

    /// <summary>The last layer before the heads.</summary>
    Conv5,

    /// <summary>
    /// What all five say together: the quarters of each, joined and whitened by what was fitted on images when the model was
    /// exported (docs/onnx.md).
    /// </summary>
    Whitened,
}

/// <summary>
/// Layers by the names that files, options of the command line and exported models use: <c>conv1</c> to <c>conv5</c>.
/// </summary>
public static class FeatureLayers
{
    private const string TogetherName = "whitened";

    /// <summary>The layers of a network, the first one first.</summary>
    public static IReadOnlyList<FeatureLayer> All { get; } =
        [.. Enum.GetValues<FeatureLayer>().Where(layer => layer != FeatureLayer.Whitened)];

    /// <summary>Their names, in the same order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(Name)];

    /// <summary>Names of all that a vector can be made of.</summary>
    internal static IReadOnlyList<string> VectorNames { get; } = [.. Names, TogetherName];

    /// <summary>A layer's name; of all together <c>whitened</c>.</summary>
    public static string Name(this FeatureLayer layer) => layer == FeatureLayer.Whitened ? TogetherName : $"conv{(int)layer}";

    /// <summary>The layer of a name, or all together.</summary>
    /// <exception cref="SpotException">There is no such layer; the message lists them.</exception>
    public static FeatureLayer Parse(string name)
    {
        foreach (FeatureLayer layer in Enum.GetValues<FeatureLayer>())
            if (layer.Name() == name)
                return layer;
        throw new SpotException($"there is no layer '{name}'; layers are {string.Join(", ", VectorNames)}");
    }
}
