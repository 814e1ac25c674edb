namespace SpotArtifacts.Features;

/// <summary>How a layer's grid of features becomes one vector.</summary>
public enum FeaturePooling
{
    /// <summary>Mean over the grid: one number a channel.</summary>
    Mean,

    /// <summary>Largest over the grid: one number a channel.</summary>
    Max,

    /// <summary>Mean over each quarter of the grid, so that coarse layout counts: four numbers a channel.</summary>
    Grid,

    /// <summary>Every entry: channels x rows x columns numbers.</summary>
    Full,
}

/// <summary>Which features a <see cref="SpotModel"/> gives, and how it computes them.</summary>
public sealed record SpotModelOptions
{
    /// <summary>Which layer. The default, with its pooling, retrieved best as measured: docs/features.md.</summary>
    public FeatureLayer Layer { get; init; } = FeatureLayer.Conv2;

    /// <summary>How the layer's grid becomes a vector.</summary>
    public FeaturePooling Pooling { get; init; } = FeaturePooling.Grid;

    /// <summary>Scale each vector to length 1 (one of zeros stays so); then a scalar product is a cosine.</summary>
    public bool Normalize { get; init; }

    /// <summary>
    /// Most images that are computed at once, 1 to 4096. Concurrent calls are joined up to it; none waits for others.
    /// </summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Threads that compute, 1 or more; 0: one a core. Images are decoded by threads of their own.</summary>
    public int Threads { get; init; }

    /// <summary>Refuses values that cannot work.</summary>
    /// <exception cref="SpotException">One cannot; the message says which would.</exception>
    internal void Validate()
    {
        if (!Enum.IsDefined(Layer))
            throw new SpotException($"there is no layer {Layer}; layers are {string.Join(", ", FeatureLayers.Names)}");
        if (!Enum.IsDefined(Pooling))
            throw new SpotException(
                $"there is no pooling {Pooling}; there are {string.Join(", ", Enum.GetNames<FeaturePooling>())}");
        if (BatchSize is < 1 or > 4096)
            throw new SpotException($"a batch of {BatchSize} images must be 1 to 4096");
        if (Threads < 0)
            throw new SpotException($"{Threads} threads must be 1 or more, or 0 for one a core");
    }
}
