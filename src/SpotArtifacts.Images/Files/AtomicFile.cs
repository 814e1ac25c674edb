using System.Text;

namespace SpotArtifacts.Images.Files;

/// <summary>Whole files or none: a sibling temporary file, flushed to the disk, then renamed.</summary>
internal static class AtomicFile
{
    /// <summary>What the names of temporary files end in; a killed writer leaves one behind.</summary>
    public const string TemporaryExtension = ".tmp";

    /// <summary>
    /// Replaces or creates a file from what <paramref name="write"/> puts into a stream; the folder must exist.
    /// </summary>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        string temporary = $"{path}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}{TemporaryExtension}";
        try
        {
            using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
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

    /// <summary>Replaces or creates a file.</summary>
    public static void Write(string path, byte[] content) => Write(path, stream => stream.Write(content));

    /// <summary>Replaces or creates a UTF-8 text file without byte-order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));
}
