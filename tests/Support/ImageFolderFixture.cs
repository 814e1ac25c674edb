using System.Globalization;
using SpotArtifacts.Images;

namespace SpotArtifacts.Tests.Support;

/// <summary>A folder of 4 x 4 images, the i-th of pattern i, opened as a set.</summary>
internal sealed class ImageFolderFixture : IDisposable
{
    internal ImageFolderFixture(int count, params int[] damaged)
    {
        for (int i = 0; i < count; i++)
        {
            byte[] file = PngFile.Encode(TestImages.Pattern(4, 4, i));
            string name = string.Create(CultureInfo.InvariantCulture, $"images/{i:D5}.png");
            Folder.Write(name, damaged.Contains(i) ? file[..^20] : file);
        }
        Set = ImageSet.Open([Folder.At("images")]);
    }

    internal TemporaryFolder Folder { get; } = new();

    internal ImageSet Set { get; }

    internal DecodedImages Decode(DecodedImagesOptions? options = null) => new(Set, options);

    public void Dispose()
    {
        Set.Dispose();
        Folder.Dispose();
    }
}
