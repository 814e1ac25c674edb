using System.Text.Json;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Studio.Models;

/// <summary>Copies among images, found once and kept.</summary>
/// <param name="Groups">Images that are copies of one another, the largest first.</param>
/// <param name="Looked">Images that were looked at.</param>
internal sealed record CopyGroups(IReadOnlyList<DuplicateGroup> Groups, int Looked)
{
    /// <summary>Reads groups that were kept; null where none were, or they are damaged.</summary>
    internal static CopyGroups? TryRead(string path)
    {
        try
        {
            CopyGroups? kept = File.Exists(path) ? JsonSerializer.Deserialize<CopyGroups>(File.ReadAllText(path)) : null;
            return kept?.Groups is null ? null : kept;
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Looks for copies and keeps what was found.</summary>
    /// <exception cref="SpotException">An image set cannot be used, or it cannot be written.</exception>
    internal static void Find(
        SpotModel model, ImageSet images, string path, IProgress<DecodingProgress> progress, CancellationToken stop)
    {
        DuplicateReport report = DuplicateFinder.Find(model, images, progress: progress, cancellation: stop);
        AtomicFile.WriteText(path, JsonSerializer.Serialize(new CopyGroups(report.Groups, images.Count)));
    }
}
