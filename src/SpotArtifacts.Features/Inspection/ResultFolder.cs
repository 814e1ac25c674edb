using System.Text.Json;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Features.Inspection;

/// <summary>
/// A folder of results is that of one piece of work: its settings stand in <c>settings.json</c> from the beginning.
/// </summary>
internal static class ResultFolder
{
    /// <summary>Makes the folder, or goes on in one of the same settings.</summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="settings">All that decides the results.</param>
    /// <param name="below">Folder inside it that is made too.</param>
    /// <exception cref="SpotException">It holds something else, or cannot be made.</exception>
    internal static void Claim(string folder, IEnumerable<KeyValuePair<string, string>> settings, string below)
    {
        string file = Path.Combine(folder, "settings.json"), text = JsonSerializer.Serialize(settings.ToDictionary()) + "\n";
        Write(folder, () =>
        {
            Directory.CreateDirectory(folder);
            if (File.Exists(file))
            {
                if (File.ReadAllText(file) != text)
                    throw new SpotException(
                        $"{folder} holds results of other images or settings ({file}); name another folder, or delete it");
            }
            else
            {
                if (Directory.EnumerateFileSystemEntries(folder).Any())
                    throw new SpotException($"{folder} exists already and is never overwritten; name another folder");
                AtomicFile.WriteText(file, text);
            }
            Directory.CreateDirectory(Path.Combine(folder, below));
            return true;
        });
    }

    /// <summary>
    /// Work that writes into the folder: what the system says against it becomes a message that names the folder.
    /// </summary>
    /// <exception cref="SpotException">It cannot be written: no space, no permission, another process at work in it.</exception>
    internal static T Write<T>(string folder, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (OutputException.IsSystems(e))
        {
            throw new SpotException($"{folder}: the results cannot be written: {e.Message}", e);
        }
    }
}
