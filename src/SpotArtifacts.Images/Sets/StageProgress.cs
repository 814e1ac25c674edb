namespace SpotArtifacts.Images;

/// <summary>Reports of one part of some work, under the part's name.</summary>
/// <param name="whole">Told of all parts; null for nobody.</param>
/// <param name="stage">The part's name.</param>
internal sealed class StageProgress(IProgress<DecodingProgress>? whole, string stage) : IProgress<DecodingProgress>
{
    /// <inheritdoc/>
    public void Report(DecodingProgress value) => whole?.Report(value with { Stage = stage });
}
