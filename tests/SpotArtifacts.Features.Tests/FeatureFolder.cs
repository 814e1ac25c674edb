using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests;

/// <summary>A folder of images, gone after the test, and models to use them with.</summary>
internal sealed class FeatureFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal string Path => _folder.Path;

    internal string At(string name) => _folder.At(name);

    /// <summary>conv3 by quarters: 32 numbers.</summary>
    internal static SpotModelOptions Conv3 { get; } =
        new() { Layer = FeatureLayer.Conv3, Pooling = FeaturePooling.Grid, Threads = 1 };

    /// <summary>Loads the spotting network; conv3 by quarters unless said otherwise.</summary>
    internal static SpotModel Load(SpotModelOptions? options = null) =>
        SpotModel.Load(TestFiles.Spotting, (options ?? Conv3) with { Threads = 1 });

    /// <summary>Writes images 0 to count - 1, each of its own blocks of colour.</summary>
    internal string[] WriteImages(string folder, int count) => BlockImages.Write(_folder, folder, count);

    internal string WriteDamaged(string name) => BlockImages.WriteDamaged(_folder, name);

    internal string WriteFile(string name, byte[] content) => _folder.Write(name, content);

    /// <summary>Opens a folder of images.</summary>
    internal ImageSet Open(string name = "images") => ImageSet.Open([At(name)]);

    public void Dispose() => _folder.Dispose();
}
