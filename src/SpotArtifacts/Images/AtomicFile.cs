namespace SpotArtifacts.Images;

/// <summary>Whole files or none: a sibling temporary file, flushed to the disk, then renamed.</summary>
internal static class AtomicFile
{
    /// <summary>Replaces or creates the file at <paramref name="path"/>; its folder must exist.</summary>
    internal static void Write(string path, ReadOnlySpan<byte> content)
    {
        string temporary = $"{path}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.tmp";
        try
        {
            using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
