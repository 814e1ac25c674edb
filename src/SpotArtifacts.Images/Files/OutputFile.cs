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
        Try(path, path);
    }

    /// <summary>Refuses a folder of results that could not be made, or not be written to. Makes nothing yet.</summary>
    /// <exception cref="OutputException">A file is in its place or on the way to it, or nothing may be written
    /// there.</exception>
    internal static void RequireFolder(string path)
    {
        if (path.Length == 0)
            throw new OutputException("the name of a folder to write is empty");
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), there = full;
        while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { } above)
        {
            if (Path.Exists(there)) // also true of a link that leads nowhere, in whose place nothing can be made
                throw new OutputException(there == full ? $"{path} is no folder; name another, or delete it"
                    : $"{path}: cannot be made, since {there} is no folder; name one that lies elsewhere");
            there = above;
        }
        Try(path, Path.Join(there, "spot"));
    }

    // Opens and removes a file beside another, or in the folder that a new folder shall be made in.
    private static void Try(string path, string beside)
    {
        string trial = $"{beside}.{Environment.ProcessId}.trial{AtomicFile.TemporaryExtension}";
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
