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
    /// <summary>
    /// Which layer. None: what retrieved best as measured (docs/results.md), which is all of them together,
    /// <see cref="FeatureLayer.Whitened"/>, where the model has that vector and nothing but quarters is asked for, and conv2
    /// elsewhere; <see cref="SpotModel.Layer"/> says which it is.
    /// </summary>
    public FeatureLayer? Layer { get; init; }

    /// <summary>
    /// How the layer's grid becomes a vector; the whitened one is made of quarters, <see cref="FeaturePooling.Grid"/>.
    /// </summary>
    public FeaturePooling Pooling { get; init; } = FeaturePooling.Grid;

    /// <summary>Scale each vector to length 1 (one of zeros stays so); then a scalar product is a cosine.</summary>
    public bool Normalize { get; init; }

    /// <summary>
    /// Most images that are computed at once, 1 to 4096. Concurrent calls are joined up to it; none waits for others.
    /// </summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Threads that compute, 1 or more; 0: one a core. Images are decoded by threads of their own.</summary>
    public int Threads { get; init; }

    /// <summary>Whether they leave it open that the vector is the whitened one.</summary>
    internal bool TakesWhitened => Layer == FeatureLayer.Whitened || Layer is null && Pooling == FeaturePooling.Grid;

    /// <summary>The same with a layer, where none was said.</summary>
    /// <param name="description">Of the model.</param>
    /// <param name="name">What the user knows the model by.</param>
    /// <exception cref="SpotException">The whitened vector is asked for, and the model has none.</exception>
    internal SpotModelOptions For(ModelDescription description, string name)
    {
        bool has = description.Whitening.Length > 0;
        if (Layer == FeatureLayer.Whitened && !has)
            throw new SpotException(
                $"{name} has no whitened vector, which is fitted on images when a model is exported; ask for a layer, as conv2, or "
                + "make a model that has it: spot export RUN --format onnx --fit-images PATH... --out FILE");
        return this with { Layer = Layer ?? (TakesWhitened && has ? FeatureLayer.Whitened : FeatureLayer.Conv2) };
    }

    /// <summary>Refuses values that cannot work.</summary>
    /// <exception cref="SpotException">One cannot; the message says which would.</exception>
    internal void Validate()
    {
        if (Layer is { } layer && !Enum.IsDefined(layer))
            throw new SpotException($"there is no layer {Layer}; layers are {string.Join(", ", FeatureLayers.VectorNames)}");
        if (!Enum.IsDefined(Pooling))
            throw new SpotException(
                $"there is no pooling {Pooling}; there are {string.Join(", ", Enum.GetNames<FeaturePooling>())}");
        if (Layer == FeatureLayer.Whitened && Pooling != FeaturePooling.Grid)
            throw new SpotException(
                $"the whitened vector is made of quarters (grid), not by pooling {Pooling}; ask for grid, or for a layer");
        if (BatchSize is < 1 or > 4096)
            throw new SpotException($"a batch of {BatchSize} images must be 1 to 4096");
        if (Threads < 0)
            throw new SpotException($"{Threads} threads must be 1 or more, or 0 for one a core");
    }
}
