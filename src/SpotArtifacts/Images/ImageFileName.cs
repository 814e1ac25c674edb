namespace SpotArtifacts.Images;

/// <summary>Which names are taken for images.</summary>
internal static class ImageFileName
{
    private static readonly string[] Extensions = ["jpg", "jpeg", "png"];

    /// <summary>Whether an extension without its dot, in any case, is an image's.</summary>
    internal static bool IsImageExtension(string extension) => Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a file is taken: image extension, not hidden.</summary>
    internal static bool IsImage(string path)
    {
        string name = Path.GetFileName(path);
        string extension = Path.GetExtension(name);
        return !name.StartsWith('.') && extension.Length > 1 && IsImageExtension(extension[1..]);
    }

    internal static bool IsTar(string path) => Path.GetExtension(path).Equals(".tar", StringComparison.OrdinalIgnoreCase);
}
