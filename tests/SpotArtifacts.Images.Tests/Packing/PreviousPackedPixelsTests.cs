using System.Security.Cryptography;
using SpotArtifacts.Images.Packing;

namespace SpotArtifacts.Images.Tests.Packing;

/// <summary>Packed pixels that version 0.1.0 wrote, and a file that it left unfinished.</summary>
public sealed class PreviousPackedPixelsTests : IDisposable
{
    private static readonly string s_files = Path.Combine(AppContext.BaseDirectory, "Packing", "files");
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Open_ItsFile_GivesItsNamesLabelsAndPixels()
    {
        string[][] expected =
            [.. File.ReadLines(Path.Combine(s_files, "images-20.tsv")).Skip(1).Select(line => line.Split('\t'))];

        using ImageSet set = ImageSet.Open([Path.Combine(s_files, "images-20.spotpix")]);

        Assert.Equal(expected.Select(line => (line[0], line[1])),
            Enumerable.Range(0, set.Count).Select(i => (set.Name(i), $"{set.Label(i)}")));
        Assert.Equal(expected.Select(line => line[2]),
            Enumerable.Range(0, set.Count).Select(i => Convert.ToHexStringLower(SHA256.HashData(set.Load(i).Pixels))));
    }

    [Fact]
    public void Write_ItsUnfinishedFile_IsContinuedToItsBytes()
    {
        foreach (string name in (string[])["pixels.spotpix.partial", "pixels.spotpix.partial.json"])
            File.Copy(Path.Combine(s_files, name), _folder.At(name));
        string path = _folder.At("pixels.spotpix"), images = Path.Combine(s_files, "images.tar");
        using ImageSet set = ImageSet.Open([.. Enumerable.Repeat(images, 100)]);

        PackedPixels.Write(set, path, side: 2, threads: 1, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal("6c25a46e43d6f8a4d313b7c6570f5c8214b89c39892b1fbedf6e22dc1daf0673",
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
        Assert.False(File.Exists(_folder.At("pixels.spotpix.partial")));
    }

    public void Dispose() => _folder.Dispose();
}
