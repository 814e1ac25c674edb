namespace SpotArtifacts.Features;

/// <summary>A layer of the network whose activations are features: after ReLU, before pooling.</summary>
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
}

/// <summary>
/// Layers by the names that files, options of the command line and exported models use: <c>conv1</c> to <c>conv5</c>.
/// </summary>
public static class FeatureLayers
{
    /// <summary>All layers, the first one first.</summary>
    public static IReadOnlyList<FeatureLayer> All { get; } = Enum.GetValues<FeatureLayer>();

    /// <summary>Their names, in the same order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(Name)];

    /// <summary>A layer's name.</summary>
    public static string Name(this FeatureLayer layer) => $"conv{(int)layer}";

    /// <summary>The layer of a name.</summary>
    /// <exception cref="SpotException">There is no such layer; the message lists them.</exception>
    public static FeatureLayer Parse(string name)
    {
        foreach (FeatureLayer layer in All)
            if (layer.Name() == name)
                return layer;
        throw new SpotException($"there is no layer '{name}'; layers are {string.Join(", ", Names)}");
    }
}
