namespace SpotArtifacts.Pretraining;

/// <summary>
/// Keeps a second process from writing to a run folder; the system lets go of it when its process ends, however it ends.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the folder for this process.</summary>
    /// <exception cref="SpotException">Another process has it, or the folder cannot be written.</exception>
    internal static RunLock Take(RunFolder folder)
    {
        try
        {
            return new RunLock(new FileStream(folder.File(".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SpotException(
                $"{folder.Path}: another process is training in it, or it cannot be written ({e.Message}); wait for it to end",
                e);
        }
    }

    /// <summary>Lets go. The file stays: deleting it would let two others each lock a file of that name.</summary>
    public void Dispose() => _file.Dispose();
}
