using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Sources;

/// <summary>
/// Gzip'ed shards. Nothing inside gzip can be reached without unpacking all before it, so the archive is unpacked once, into a
/// nameless file in the system's temporary folder: the system takes its space back when it is closed, however the process ends.
/// </summary>
internal static class GzipTar
{
    // Text compresses a thousand to one, images not at all: a shard beyond this is an attack or a mistake.
    private const long MaxRatio = 200;

    internal static bool IsGzip(SafeFileHandle file)
    {
        Span<byte> head = stackalloc byte[3];
        return ImageFile.ReadFully(file, head, 0) == 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8;
    }

    /// <summary>Unpacks and closes the archive.</summary>
    /// <exception cref="ImageSetException">It is damaged, or does not fit.</exception>
    internal static SafeFileHandle Unpack(SafeFileHandle packed, string path, CancellationToken stop)
    {
        string temporary = Path.Combine(Path.GetTempPath(), $"spot-{Path.GetRandomFileName()}.tar");
        SafeFileHandle unpacked =
            File.OpenHandle(
                temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
                FileOptions.RandomAccess | FileOptions.DeleteOnClose);
        try
        {
            if (!OperatingSystem.IsWindows())
                File.Delete(temporary);
            using FileStream input = new(packed, FileAccess.Read);
            Copy(input, unpacked, MaxRatio * RandomAccess.GetLength(packed), path, stop);
            return unpacked;
        }
        catch (InvalidDataException damaged)
        {
            unpacked.Dispose();
            throw new ImageSetException(
                $"{path}: the gzip data is damaged or cut off ({damaged.Message}). Copy or create the shard again.", damaged);
        }
        catch (IOException full)
        {
            unpacked.Dispose();
            throw new ImageSetException(
                $"{path}: could not be unpacked into {Path.GetTempPath()} ({full.Message}). Unpack it to a plain .tar, or let " +
                "TMPDIR name a folder with space.", full);
        }
        catch
        {
            unpacked.Dispose();
            throw;
        }
    }

    private static void Copy(FileStream input, SafeFileHandle unpacked, long most, string path, CancellationToken stop)
    {
        using GZipStream gzip = new(input, CompressionMode.Decompress);
        byte[] buffer = new byte[1 << 20];
        long done = 0;
        for (int read; (read = gzip.Read(buffer)) > 0; done += read)
        {
            stop.ThrowIfCancellationRequested();
            if (done + read > most)
                throw new ImageSetException(
                    $"{path}: unpacks to more than {MaxRatio} times its size, which no images do. " +
                    "Unpack it to a plain .tar if it is sound.");
            RandomAccess.Write(unpacked, buffer.AsSpan(0, read), done);
        }
    }
}
