namespace SpotArtifacts.Features;

/// <summary>What a network was trained for.</summary>
public enum TrainedFor
{
    /// <summary>Spotting repaired images: the method.</summary>
    Spotting,

    /// <summary>Telling by how much an image is turned: a baseline without labels.</summary>
    Rotation,

    /// <summary>Telling the training images' labels apart: a baseline.</summary>
    Labels,

    /// <summary>A pretext of a program's own.</summary>
    Own,
}

/// <summary>A layer's shape, and where its cells lie in the network's input.</summary>
/// <param name="Layer">Which layer.</param>
/// <param name="Channels">Numbers of a cell.</param>
/// <param name="Grid">Rows, and columns, of cells.</param>
/// <param name="Stride">Input pixels from one cell to the next.</param>
/// <param name="Offset">Input pixel that the first cell is centred on, in both directions; 0 is the first pixel.</param>
public sealed record LayerDescription(FeatureLayer Layer, int Channels, int Grid, int Stride, int Offset);

/// <summary>How a network was trained, as far as it helps to judge its features.</summary>
/// <param name="Preset">The preset its sizes began with, as <c>tiny32</c>.</param>
/// <param name="AutoencodingSteps">Steps of stage 1; 0 for a baseline, which has none.</param>
/// <param name="Steps">Steps that the network itself was trained for.</param>
/// <param name="PlannedSteps">
/// Steps that it was to be trained for: more than <paramref name="Steps"/> where the run was not finished.
/// </param>
/// <param name="Averaged">Whether the weights are the exponential moving averages instead of the last step's.</param>
public sealed record TrainingFacts(string Preset, long AutoencodingSteps, long Steps, long PlannedSteps, bool Averaged)
{
    /// <summary>Whether the run had come to its end.</summary>
    public bool Finished => Steps >= PlannedSteps;
}

/// <summary>What an exported model says of itself.</summary>
/// <param name="Network">
/// 32 hexadecimal digits that differ between networks whose features differ: of the tensors of conv1 to conv5.
/// </param>
/// <param name="TrainedFor">What the network was trained for.</param>
/// <param name="Classes">What it can tell apart: 2 for spotting (repaired, real), 4 for rotation, the number of labels; 0 where a pretext had a
/// head of its own.</param>
/// <param name="ImageSize">Side S of its input in pixels.</param>
/// <param name="Layers">conv1 to conv5.</param>
/// <param name="Training">How it was trained.</param>
public sealed record ModelDescription(
    string Network, TrainedFor TrainedFor, int Classes, int ImageSize, IReadOnlyList<LayerDescription> Layers,
    TrainingFacts Training)
{
    /// <summary>
    /// 32 hexadecimal digits that differ between whitened vectors (<see cref="FeatureLayer.Whitened"/>) that cannot be compared;
    /// empty where the model has none.
    /// </summary>
    public string Whitening { get; init; } = "";

    /// <summary>Shape and place of one layer.</summary>
    public LayerDescription this[FeatureLayer layer] => Layers.Single(description => description.Layer == layer);
}
