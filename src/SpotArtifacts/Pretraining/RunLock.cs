using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// Keeps a second process from writing to a run folder; the system lets go of it when its process ends, however it ends. Which
/// process that is stands in a file beside it (<see cref="RunHolder"/>): the lock itself cannot be asked without taking it.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream _file;
    private readonly RunFolder _folder;

    private RunLock(RunFolder folder, FileStream file) => (_folder, _file) = (folder, file);

    /// <summary>Takes the folder for this process.</summary>
    /// <exception cref="SpotException">Another process has it, or the folder cannot be written.</exception>
    internal static RunLock Take(RunFolder folder)
    {
        FileStream file = Open(folder);
        try
        {
            AtomicFile.WriteText(folder.File(RunHolder.FileName), RunHolder.This().ToString());
            return new RunLock(folder, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static FileStream Open(RunFolder folder)
    {
        try
        {
            return new FileStream(folder.File(".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SpotException(
                $"{folder.Path}: another process is training in it, or it cannot be written ({e.Message}); wait for it to end",
                e);
        }
    }

    /// <summary>Lets go. The lock's file stays: deleting it would let two others each lock a file of that name.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(_folder.File(RunHolder.FileName));
        }
        catch (Exception e) when (OutputException.IsSystems(e))
        {
            // What stays there names a process that has ended.
        }
        _file.Dispose();
    }
}
