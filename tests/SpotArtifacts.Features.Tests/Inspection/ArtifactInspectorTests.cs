using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Inspection;

public class ArtifactInspectorTests
{
    private static readonly InspectionOptions s_asIs = new() { AsIs = true, Threads = 1 };

    [Fact]
    public void Inspect_Tiles_TakesTheHighestWindowAndSaysWhich()
    {
        using ArtifactInspector inspector = ArtifactInspector.Load(TestFiles.Spotting, s_asIs with { Tiles = [2] }),
            whole = ArtifactInspector.Load(TestFiles.Spotting, s_asIs);
        RgbImage image = BlockImages.Draw(2, 64);

        ImageInspection found = inspector.Inspect(image);

        Dictionary<SourceBox, float> alone = InspectionWindows.Of(64, 64, [2], 32).ToDictionary(
            window => new SourceBox(window.X / 64, window.Y / 64, window.Width / 64, window.Height / 64),
            window => whole.Inspect(Cut(image, window)).Repaired);
        Assert.Equal(10, alone.Count);
        Assert.Equal(alone.Values.Max(), found.Repaired, 1e-5);
        Assert.Equal(found.Repaired, alone[found.Window], 1e-5);
        Assert.Equal((8, 8), (found.Map!.Rows, found.Map.Columns));
    }

    [Fact]
    public void Inspect_ImagesOfDifferentSizes_EachIsAsAlone()
    {
        using ArtifactInspector inspector = ArtifactInspector.Load(
            TestFiles.Spotting, new InspectionOptions { Tiles = [2], BatchSize = 3, Threads = 1 });
        RgbImage[] images = [BlockImages.Draw(1, 40), BlockImages.Draw(2, 80), BlockImages.Draw(3, 64)];

        IReadOnlyList<ImageInspection> together = inspector.Inspect(images, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(3, together.Select(found => found.Repaired).Distinct().Count());
        for (int i = 0; i < images.Length; i++)
        {
            ImageInspection alone = inspector.Inspect(images[i]);
            Assert.Equal(alone.Repaired, together[i].Repaired, 1e-5);
            Assert.All(alone.Map!.Values.Zip(together[i].Map!.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }
    }

    [Fact]
    public void Load_WithoutAutoencoder_ShowsImagesAsTheyAreAlone()
    {
        ModelFile file = Without(ModelValues.Autoencoded);
        RgbImage image = BlockImages.Draw(0);
        using ArtifactInspector complete = ArtifactInspector.Load(TestFiles.Spotting, s_asIs),
            lacking = ArtifactInspector.Load(file, s_asIs);
        using ArtifactInspector through = ArtifactInspector.Load(TestFiles.Spotting);

        Assert.Contains("no autoencoder", Assert.Throws<SpotException>(() => ArtifactInspector.Load(file, null)).Message,
            StringComparison.Ordinal);
        Assert.Equal(complete.Inspect(image).Repaired, lacking.Inspect(image).Repaired);
        // the two ways differ: equal numbers say something
        Assert.NotEqual(complete.Inspect(image).Repaired, through.Inspect(image).Repaired, 1e-3);
    }

    [Fact]
    public void Load_WithoutKeepMaskHead_HasNoMap()
    {
        using ArtifactInspector inspector = ArtifactInspector.Load(Without(ModelValues.KeepMask), s_asIs);

        Assert.Null(inspector.Inspect(BlockImages.Draw(0)).Map);
    }

    [Theory]
    [InlineData("rotation", "trained for telling how images are turned, so it cannot tell repaired images")]
    [InlineData("labels", "trained for telling labels apart, so it cannot tell repaired images")]
    [InlineData("features-only", "export it again without --features-only")]
    public void Load_NetworkThatCannotInspect_SaysWhy(string model, string reason) =>
        Assert.Contains(reason, Assert.Throws<SpotException>(() => ArtifactInspector.Load(TestFiles.Model(model))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void Load_TilesOutOfRange_SaysTheRange(int tiles) => Assert.Contains(
        "1 to 64",
        Assert.Throws<SpotException>(() =>
        ArtifactInspector.Load(TestFiles.Spotting, new InspectionOptions { Tiles = [tiles] })).Message, StringComparison.Ordinal);

    private static ModelFile Without(string value)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(TestFiles.Spotting));
        model.Graph.Output.Remove(model.Graph.Output.Single(output => output.Name == value));
        model.Graph.Node.Remove(model.Graph.Node.Single(node => node.Output.Contains(value)));
        return ModelFile.Of(model, "the model");
    }

    private static RgbImage Cut(RgbImage image, SourceBox box)
    {
        RgbImage part = new((int)box.Width, (int)box.Height);
        for (int y = 0; y < part.Height; y++)
            image.Pixels.AsSpan(3 * (((int)box.Y + y) * image.Width + (int)box.X), 3 * part.Width).CopyTo(
                part.Pixels.AsSpan(3 * y * part.Width));
        return part;
    }
}
