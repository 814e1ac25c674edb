using Microsoft.Win32.SafeHandles;

namespace SpotArtifacts.Images.Files;

/// <summary>
/// Reads files of images. Of a link the target counts, and only regular files are opened: a pipe waits for its writer, and a
/// device may never end.
/// </summary>
internal static class ImageFile
{
    private const int TypeMask = 0xF000, Regular = 0x8000;

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="IOException">It is not there, or no regular file.</exception>
    internal static SafeFileHandle Open(string path, FileOptions options = FileOptions.None)
    {
        RequireRegular(path);
        return File.OpenHandle(path, options: options);
    }

    /// <summary>What an existing path is besides a regular file or a folder, in words; null for those, and for none.</summary>
    internal static string? OddType(string path) =>
        OperatingSystem.IsWindows() || Interop.SystemNative.Stat(path, out Interop.SystemNative.Status status) != 0 ? null
        : Name(status.Mode & TypeMask);

    /// <summary>Bytes of a file.</summary>
    /// <exception cref="IOException">It is not there, or no regular file.</exception>
    internal static long LongLength(string path)
    {
        if (OperatingSystem.IsWindows() || Interop.SystemNative.Stat(path, out Interop.SystemNative.Status status) != 0)
        {
            using SafeFileHandle file = File.OpenHandle(path); // what failed is said in the system's words
            return RandomAccess.GetLength(file);
        }
        return Name(status.Mode & TypeMask) is { } odd ? throw NotRegular(odd) : status.Size;
    }

    /// <summary>Bytes of a file that is to be read into one array.</summary>
    /// <exception cref="IOException">It is not there, no regular file, or too large.</exception>
    internal static int Length(string path)
    {
        long length = LongLength(path);
        return length <= Array.MaxLength ? (int)length : throw new IOException("the file is too large");
    }

    internal static bool TryRead(string path, Span<byte> buffer)
    {
        using SafeFileHandle file = Open(path);
        return ReadFully(file, buffer, 0) == buffer.Length;
    }

    /// <summary>The first bytes of a file, as many as there are.</summary>
    internal static byte[] Head(string path, int length)
    {
        using SafeFileHandle file = Open(path);
        byte[] head = new byte[length];
        return head[..ReadFully(file, head, 0)];
    }

    /// <summary>The lines of a text file, read as they are asked for.</summary>
    internal static IEnumerable<string> Lines(string path)
    {
        RequireRegular(path);
        return File.ReadLines(path);
    }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    internal static int ReadFully(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            int read = RandomAccess.Read(file, buffer[done..], offset + done);
            if (read == 0)
                break;
            done += read;
        }
        return done;
    }

    private static void RequireRegular(string path)
    {
        if (OddType(path) is { } odd)
            throw NotRegular(odd);
    }

    private static IOException NotRegular(string odd) => new($"it is a {odd}, no regular file, and is not opened");

    private static string? Name(int type) => type switch
    {
        Regular or 0x4000 => null,
        0x1000 => "pipe (FIFO)",
        0x2000 or 0x6000 => "device",
        0xC000 => "socket",
        _ => "special file",
    };
}
