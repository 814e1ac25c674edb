using SpotArtifacts.Features;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Inspection;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using SpotArtifacts.Tests.Features;
using SpotArtifacts.Torch;

namespace SpotArtifacts.Tests.Inspection;

public sealed class ArtifactInspectorTests : IDisposable
{
    private readonly TinyModel _tiny = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Inspect_WholeImage_IsTheVerdictOnItsView(bool asIs)
    {
        using SpotModel model = Load();
        RgbImage image = TinyModel.Blocks(1, 48);

        ImageInspection found = new ArtifactInspector(model, new InspectionOptions { AsIs = asIs }).Inspect(image);

        (float repaired, float[] keep) = model.Run(networks =>
        {
            float[] view = new float[3 * 32 * 32];
            WholeView.Apply(image, 32, view);
            Tensor images = Tensor.From<float>(view, 1, 3, 32, 32);
            if (!asIs) images = networks.Autoencoder!.Forward(images, training: false);
            Verdict verdict = networks.Discriminator.Judge(networks.Discriminator.Trunk(images), training: false, dropout: null);
            return (Functions.Softmax(verdict.ClassLogits).ToArray<float>()[0], Functions.Sigmoid(verdict.MaskLogits!).ToArray<float>());
        });
        Assert.Equal(repaired, found.Repaired, 1e-4);
        Assert.Equal((found.Repaired, new SourceBox(0, 0, 1, 1)), (found.Whole, found.Window));
        Assert.All(keep.Zip(found.Map!.Values), pair => Assert.Equal(1 - pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void Inspect_Tiles_TakesTheHighestWindowAndSaysWhich()
    {
        using SpotModel model = Load();
        var inspector = new ArtifactInspector(model, new InspectionOptions { Tiles = [2], AsIs = true });
        RgbImage image = TinyModel.Blocks(2, 64);

        ImageInspection found = inspector.Inspect(image);

        ArtifactInspector whole = new(model, new InspectionOptions { AsIs = true });
        Dictionary<SourceBox, float> alone = InspectionWindows.Of(64, 64, [2], 32).ToDictionary(
            window => new SourceBox(window.X / 64, window.Y / 64, window.Width / 64, window.Height / 64), window => whole.Inspect(Cut(image, window)).Repaired);
        Assert.Equal(10, alone.Count);
        Assert.Equal(alone.Values.Max(), found.Repaired, 1e-5);
        Assert.Equal(found.Repaired, alone[found.Window], 1e-5);
        Assert.Equal((8, 8), (found.Map!.Rows, found.Map.Columns));
    }

    [Fact]
    public void Inspect_ImagesOfDifferentSizes_EachIsAsAlone()
    {
        using SpotModel model = Load(batch: 3);
        var inspector = new ArtifactInspector(model, new InspectionOptions { Tiles = [2] });
        RgbImage[] images = [TinyModel.Blocks(1, 40), TinyModel.Blocks(2, 80), TinyModel.Blocks(3, 64)];

        IReadOnlyList<ImageInspection> together = inspector.Inspect(images);

        Assert.Equal(3, together.Select(found => found.Repaired).Distinct().Count());
        for (int i = 0; i < images.Length; i++)
        {
            ImageInspection alone = inspector.Inspect(images[i]);
            Assert.Equal(alone.Repaired, together[i].Repaired, 1e-5);
            Assert.All(alone.Map!.Values.Zip(together[i].Map!.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }
    }

    [Fact]
    public void Create_WeightsWithoutAutoencoder_SaysWhatToDo()
    {
        SafetensorsFile file = SafetensorsFile.Read(_tiny.Weights);
        foreach (string name in file.Tensors.Keys.Where(name => !name.StartsWith("discriminator.", StringComparison.Ordinal)).ToArray()) file.Tensors.Remove(name);
        file.Write(_tiny.At("discriminator.safetensors"));
        using SpotModel model = SpotModel.Load(_tiny.At("discriminator.safetensors"), new SpotModelOptions { WithRepair = true, Threads = 1 });

        Assert.Contains("no autoencoder", Assert.Throws<SpotException>(() => new ArtifactInspector(model)).Message, StringComparison.Ordinal);
        Assert.InRange(new ArtifactInspector(model, new InspectionOptions { AsIs = true }).Inspect(TinyModel.Blocks(0)).Repaired, 0, 1);
    }

    [Fact]
    public void Create_NetworkOfAnotherPretext_IsRefused()
    {
        Recipe rotation = Presets.Get("fix32") with { Pretext = Pretext.Rotation };
        using SpotModel model = SpotModel.Random(rotation, new SpotModelOptions { Threads = 1 });

        Assert.Contains("turned", Assert.Throws<SpotException>(() => new ArtifactInspector(model)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void Create_TilesOutOfRange_SaysTheRange(int tiles)
    {
        using SpotModel model = Load();

        Assert.Contains("1 to 64", Assert.Throws<SpotException>(() => new ArtifactInspector(model, new InspectionOptions { Tiles = [tiles] })).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _tiny.Dispose();

    private SpotModel Load(int batch = 64) => _tiny.Load(new SpotModelOptions { WithRepair = true, BatchSize = batch });

    private static RgbImage Cut(RgbImage image, SourceBox box)
    {
        RgbImage part = new((int)box.Width, (int)box.Height);
        for (int y = 0; y < part.Height; y++)
            image.Pixels.AsSpan(3 * (((int)box.Y + y) * image.Width + (int)box.X), 3 * part.Width).CopyTo(part.Pixels.AsSpan(3 * y * part.Width));
        return part;
    }
}
