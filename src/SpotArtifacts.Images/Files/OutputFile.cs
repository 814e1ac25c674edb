namespace SpotArtifacts.Images.Files;

/// <summary>
/// A file that a command is told to write, looked at before the work: nobody waits an hour to hear that it cannot be.
/// </summary>
internal static class OutputFile
{
    /// <summary>Refuses a file that is there already or cannot be written.</summary>
    /// <exception cref="OutputException">It exists, it is a folder, its folder does not exist or cannot be written
    /// to.</exception>
    internal static void RequireNew(string path)
    {
        if (File.Exists(path) && !IsDevice(path))
            throw new OutputException($"{path} exists already and is never overwritten; delete it, or name another file");
        RequireWritable(path);
    }

    /// <summary>Refuses a file that cannot be written; one that is there may be replaced.</summary>
    /// <exception cref="OutputException">It is a folder, its folder does not exist or cannot be written to.</exception>
    internal static void RequireWritable(string path)
    {
        if (path.Length == 0)
            throw new OutputException("the name of a file to write is empty");
        if (Directory.Exists(path) || Path.EndsInDirectorySeparator(path))
            throw new OutputException($"{path}: cannot be written: it is a folder; name a file in it");
        if (IsDevice(path))
            return;
        string trial = $"{path}.{Environment.ProcessId}.trial{AtomicFile.TemporaryExtension}";
        try
        {
            new FileStream(trial, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception failure) when (OutputException.IsSystems(failure))
        {
            throw OutputException.Of(path, failure);
        }
    }

    /// <summary>
    /// Whether it is no file on a disk but a device, as <c>/dev/full</c>, or another program's stream: such a one is written
    /// into, and never replaced by a file of its name.
    /// </summary>
    internal static bool IsDevice(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path))
            return false;
        string real = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        return real.StartsWith("/proc/", StringComparison.Ordinal)
            || real.StartsWith("/dev/", StringComparison.Ordinal) && !real.StartsWith("/dev/shm/", StringComparison.Ordinal);
    }
}
