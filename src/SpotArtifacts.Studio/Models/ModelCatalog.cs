using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Models;

/// <summary>What a model is in the runs folder.</summary>
internal enum ModelKind
{
    /// <summary>A run folder: all networks.</summary>
    Run,

    /// <summary>An exported model: what features and inspection take.</summary>
    Exported,
}

/// <summary>A model in the state that its file has now.</summary>
/// <param name="Name">Its path below the runs folder, with <c>/</c>.</param>
/// <param name="Path">The run folder, or the exported model.</param>
/// <param name="Kind">Which of both.</param>
/// <param name="Changed">When its weights were written, in ticks.</param>
/// <param name="Length">Bytes of its weights.</param>
internal sealed record ModelEntry(string Name, string Path, ModelKind Kind, long Changed, long Length)
{
    /// <summary>The name as a part of an address.</summary>
    internal string Address => string.Join('/', Name.Split('/').Select(Uri.EscapeDataString));
}

/// <summary>The trained runs and exported models of the runs folder.</summary>
internal sealed class ModelCatalog
{
    private const int Depth = 4;
    private const string Extension = ".onnx";

    private readonly AllowedFolders _folders;

    internal ModelCatalog(AllowedFolders folders) => _folders = folders;

    /// <summary>All of them, by name.</summary>
    internal IReadOnlyList<ModelEntry> List()
    {
        if (!Directory.Exists(_folders.RunsFolder))
            return [];
        List<ModelEntry> found = [];
        Search(_folders.RunsFolder, Depth, found);
        return [.. found.OrderBy(entry => entry.Name, StringComparer.Ordinal)];
    }

    /// <summary>The model of a name.</summary>
    /// <exception cref="SpotException">There is none that may be read.</exception>
    internal ModelEntry Find(string name) =>
        _folders.Find(name) is { } path && path != _folders.RunsFolder && IsBelow(path) && Of(path) is { } entry ? entry
        : throw new SpotException($"there is no trained model '{name}' in the runs folder");

    private bool IsBelow(string path) => path.StartsWith(
        Path.TrimEndingDirectorySeparator(_folders.RunsFolder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private void Search(string folder, int depth, List<ModelEntry> found)
    {
        EnumerationOptions all = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.Hidden };
        foreach (string path in Directory.EnumerateFileSystemEntries(folder, "*", all))
        {
            // A link that leads out of the folder is none of ours, and one inside would be listed twice.
            if (new FileInfo(path).LinkTarget is not null)
                continue;
            if (Of(path) is { } entry)
                found.Add(entry);
            else if (depth > 1 && Directory.Exists(path) && !File.Exists(Path.Combine(path, RunFolder.RecipeName)))
                Search(path, depth - 1, found);
        }
    }

    private ModelEntry? Of(string path)
    {
        string name = Path.GetRelativePath(_folders.RunsFolder, path).Replace('\\', '/');
        if (Path.GetExtension(path).Equals(Extension, StringComparison.OrdinalIgnoreCase) && File.Exists(path))
            return ModelFileMetadata.TryRead(path) is null ? null : Of(name, path, ModelKind.Exported, new FileInfo(path));
        if (!File.Exists(Path.Combine(path, RunFolder.RecipeName)))
            return null;
        RunFolder run = RunFolder.Open(path);
        string? weights = new[] { run.Weights, run.Checkpoint }.FirstOrDefault(File.Exists);
        return weights is null ? null : Of(name, path, ModelKind.Run, new FileInfo(weights));
    }

    private static ModelEntry Of(string name, string path, ModelKind kind, FileInfo weights) =>
        new(name, path, kind, weights.LastWriteTimeUtc.Ticks, weights.Length);
}
