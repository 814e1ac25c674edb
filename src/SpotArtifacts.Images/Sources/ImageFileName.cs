namespace SpotArtifacts.Images.Sources;

/// <summary>Which names are taken for images.</summary>
internal static class ImageFileName
{
    private static readonly string[] s_extensions =
        ["jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "tif", "tiff", "avif", "bmp", "ppm", "pgm", "pnm"];

    /// <summary>All of them, for messages.</summary>
    internal static string List { get; } = $".{string.Join(", .", s_extensions[..^1])} or .{s_extensions[^1]}";

    /// <summary>Whether an extension without its dot, in any case, is an image's.</summary>
    internal static bool IsImageExtension(string extension) => s_extensions.Contains(extension, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a file is taken whatever it holds: image extension, not hidden.</summary>
    internal static bool IsImage(string path)
    {
        string name = Path.GetFileName(path);
        string extension = Path.GetExtension(name);
        return !name.StartsWith('.') && extension.Length > 1 && IsImageExtension(extension[1..]);
    }

    /// <summary>Whether a file is taken for a shard: .tar, .tar.gz, .tgz.</summary>
    internal static bool IsTar(string path) =>
        path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);
}
