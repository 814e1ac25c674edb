using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining.Baselines;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Pretraining.Baselines;

public sealed class LabelPretextTests
{
    [Fact]
    public void Ask_LabelledFolder_GivesTheLabelsOfTheBatch()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["cat/0", "cat/1", "dog/0"])
            folder.Write($"{name}.png", PngFile.Encode(TestImages.Pattern(4, 4, 1)));
        using ImageSet set = ImageSet.Open([folder.At("")]);
        using DisposeScope scope = NewDisposeScope();
        var task = new LabelPretext(set);

        (Tensor images, long[] answers) = task.Ask(TensorData.Full(0.5, CPU, 3, 3, 4, 4), [2, 0, 1]);

        Assert.Equal(2, task.Classes);
        Assert.Equal([1L, 0, 0], answers);
        Assert.Equal([3, 3, 4, 4], images.shape);
    }

    [Fact]
    public void Constructor_UnlabelledImages_SaysHowManyHaveALabel()
    {
        using var images = new ImageFolderFixture(5);

        Assert.StartsWith("0 of 5 images have a label",
            Assert.Throws<ImageSetException>(() => new LabelPretext(images.Set)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_OneClass_IsRefused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("only/0.png", PngFile.Encode(TestImages.Pattern(4, 4, 1)));
        using ImageSet set = ImageSet.Open([folder.At("")]);

        Assert.Contains("two classes", Assert.Throws<ImageSetException>(() => new LabelPretext(set)).Message,
            StringComparison.Ordinal);
    }
}
