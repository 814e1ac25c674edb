namespace SpotArtifacts.Export;

/// <summary>How tensors are called in an exported safetensors file (docs/weights.md).</summary>
public enum TensorNames
{
    /// <summary>As everywhere in this project, <c>discriminator.conv1.weight</c>.</summary>
    Spot,

    /// <summary>
    /// As torchvision's AlexNet calls them, <c>features.0.weight</c>: the discriminator alone, batch norm folded.
    /// </summary>
    Torchvision,
}

/// <summary>How weights are written as safetensors.</summary>
public sealed record SafetensorsExportOptions
{
    /// <summary>How tensors are called.</summary>
    public TensorNames Names { get; init; }

    /// <summary>
    /// Fold batch norm into the convolutions and write the discriminator alone: for other programs. Unfolded, the file holds all
    /// networks and serves instead of the run folder. Torchvision names are always folded.
    /// </summary>
    public bool Fold { get; init; }

    /// <summary>Take the exponential moving averages of the weights.</summary>
    public bool Averaged { get; init; }
}
