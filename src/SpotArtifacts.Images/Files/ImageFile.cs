using Microsoft.Win32.SafeHandles;

namespace SpotArtifacts.Images.Files;

/// <summary>Reads an image file as a whole.</summary>
internal static class ImageFile
{
    internal static int Length(string path)
    {
        long length = new FileInfo(path).Length;
        return length <= Array.MaxLength ? (int)length : throw new IOException("the file is too large");
    }

    internal static bool TryRead(string path, Span<byte> buffer)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        return ReadFully(file, buffer, 0) == buffer.Length;
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
}
