using SpotArtifacts.Images;
using SpotArtifacts.Studio.Artifacts;
using SpotArtifacts.Studio.Models;
using SpotArtifacts.Studio.Tests.Models;

namespace SpotArtifacts.Studio.Tests.Artifacts;

public sealed class PlayImagesTests
{
    [Fact]
    public void Draw_WithoutAnIndex_AreScenes()
    {
        IReadOnlyList<RgbImage> images = PlayImages.Draw(null, 3, 32, seed: 1);

        Assert.All(images, image => Assert.Equal((32, 32), (image.Width, image.Height)));
        Assert.NotEqual(images[0].Pixels, PlayImages.Draw(null, 1, 32, seed: 4)[0].Pixels);
    }

    [Fact]
    public async Task Draw_FromAnIndex_PassesDamagedImagesOver_AndScenesFillWhatIsMissing()
    {
        using ModelFolder folder = new(images: 4);
        folder.Write("photos/damaged.png", [0x89, 0x50, 0x4E, 0x47, 1, 2, 3]);
        (_, SearchSpace space) = await folder.TakeSpaceAsync();

        IReadOnlyList<RgbImage> images = PlayImages.Draw(space, 6, 32, seed: 1);

        Assert.Equal(6, images.Count);
        Assert.Equal(4, images.Count(image => image.Width == 40));
        Assert.Equal(2, images.Count(image => image.Width == 32));
    }
}
