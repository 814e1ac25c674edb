namespace SpotArtifacts.Images;

/// <summary>An image that was left out.</summary>
/// <param name="Name">Path, or shard and entry.</param>
/// <param name="Reason">What is wrong with it.</param>
public readonly record struct SkippedImage(string Name, string Reason);
