namespace SpotArtifacts.Images;

/// <summary>How far work on a set has come.</summary>
/// <param name="Done">Images looked at, or steps taken.</param>
/// <param name="Total">Images in the set, or steps in all.</param>
/// <param name="Skipped">Damaged images among those done.</param>
public readonly record struct DecodingProgress(int Done, int Total, int Skipped)
{
    /// <summary>Of the images done, those that earlier work had been through before this began: they say nothing of its speed.</summary>
    public int Begun { get; init; }

    /// <summary>What is being done, where work has several parts that are counted each from the beginning; else null.</summary>
    public string? Stage { get; init; }
}
