using SpotArtifacts.Images;

namespace SpotArtifacts.Tests.Support;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("spot-images-").FullName;

    internal string Write(string relative, byte[] content)
    {
        string path = At(relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    internal string WriteImage(string relative, int seed = 0) => Write(relative, PngFile.Encode(TestImages.Pattern(4, 4, seed)));

    internal string At(string relative) => System.IO.Path.Combine(Path, relative);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
