using System.Collections.Concurrent;
using System.Text;

namespace SpotArtifacts.Images.Files;

/// <summary>Whole files or none: a sibling temporary file, flushed to the disk, then renamed.</summary>
internal static class AtomicFile
{
    /// <summary>What the names of temporary files end in; a killed writer leaves one behind.</summary>
    public const string TemporaryExtension = ".tmp";

    private static readonly ConcurrentDictionary<string, bool> s_unfinished = [];

    /// <summary>
    /// Replaces or creates a file from what <paramref name="write"/> puts into a stream; the folder must exist.
    /// </summary>
    /// <exception cref="OutputException">It cannot be written; what was there before still is.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            if (OutputFile.IsDevice(path))
                WriteInto(path, FileMode.Open, write);
            else
                Replace(path, write);
        }
        catch (Exception failure) when (OutputException.IsSystems(failure))
        {
            throw OutputException.Of(path, failure);
        }
    }

    /// <summary>Replaces or creates a file.</summary>
    public static void Write(string path, byte[] content) => Write(path, stream => stream.Write(content));

    /// <summary>Replaces or creates a UTF-8 text file without byte-order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Removes what is being written at this moment: for a process that ends without waiting for it.</summary>
    public static void RemoveUnfinished()
    {
        foreach (string temporary in s_unfinished.Keys)
            TryDelete(temporary);
    }

    private static void Replace(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}{TemporaryExtension}";
        s_unfinished[temporary] = true;
        try
        {
            WriteInto(temporary, FileMode.Create, write);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
        finally
        {
            s_unfinished.TryRemove(temporary, out _);
        }
    }

    private static void WriteInto(string path, FileMode mode, Action<Stream> write)
    {
        using FileStream stream = new(path, mode, FileAccess.Write, FileShare.None, 1 << 16);
        write(stream);
        stream.Flush(flushToDisk: mode == FileMode.Create);
    }

    // What kept the file from being written is worth more than what keeps its rest from being removed.
    private static void TryDelete(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception failure) when (OutputException.IsSystems(failure))
        {
        }
    }
}
