using SpotArtifacts.Engine;
using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Export;

/// <summary>What all layers of a run say together, fitted on its images.</summary>
public sealed class TrainingImagesTests : IDisposable
{
    private const int Count = 110;

    private readonly TinyWeights _tiny = new();
    private readonly LogLines _said = [];

    [Fact]
    public void OpenModel_RunWithItsImages_FitsOnceAndKeepsIt()
    {
        string run = Run();

        using (SpotModel model = Open(run))
        {
            Assert.Equal(FeatureLayer.Whitened, model.Layer);
            Assert.InRange(model.Dimensions, 50, Count - 1);
            Assert.Equal(1, model.Embed(BlockImages.Draw(3)).Sum(x => (double)x * x), 1e-5);
            Assert.Equal(model.Description.Whitening, Kept(run).Metadata.Description.Whitening);
        }
        Directory.Delete(_tiny.At("images"), recursive: true);
        using (SpotModel again = Open(run))
            Assert.Equal(FeatureLayer.Whitened, again.Layer);
        Assert.Equal([$"fitting what all layers say together on {Count} of the {Count} images the network was trained on; "
            + "that is done once"], _said);
    }

    [Fact]
    public void OpenModel_SameRunTwice_WritesTheSameBytes()
    {
        string run = Run(), kept = Path.Combine(run, "model.onnx");
        Open(run).Dispose();
        byte[] first = File.ReadAllBytes(kept);
        File.Delete(kept);

        Open(run).Dispose();

        Assert.True(first.AsSpan().SequenceEqual(File.ReadAllBytes(kept)));
    }

    [Theory]
    [InlineData(FeatureLayer.Conv3, FeaturePooling.Grid, FeatureLayer.Conv3)]
    [InlineData(null, FeaturePooling.Mean, FeatureLayer.Conv2)]
    public void OpenModel_LayerOrPoolingOfOne_FitsNothing(FeatureLayer? layer, FeaturePooling pooling, FeatureLayer found)
    {
        string run = Run();
        using (SpotModel model = Open(run, new SpotModelOptions { Layer = layer, Pooling = pooling }))
            Assert.Equal((found, ""), (model.Layer, model.Description.Whitening));

        Assert.Equal("", Kept(run).Metadata.Description.Whitening);
        Assert.Empty(_said);
        using SpotModel whitened = Open(run); // the kept file lacks it, and is made anew
        Assert.Equal(FeatureLayer.Whitened, whitened.Layer);
    }

    [Fact]
    public void OpenModel_ImagesThatHaveGone_SaysWhatIsUsedOrRefuses()
    {
        string run = Run();
        Directory.Delete(_tiny.At("images"), recursive: true);

        using (SpotModel model = Open(run))
            Assert.Equal(FeatureLayer.Conv2, model.Layer);
        string said = Assert.Single(_said);
        SpotModelOptions whitened = new() { Layer = FeatureLayer.Whitened };
        string refusal = Assert.Throws<SpotException>(() => Open(run, whitened)).Message;

        Assert.StartsWith("conv2 alone is used (as --layer conv2 says without this notice): ", said, StringComparison.Ordinal);
        Assert.All([said, refusal], text =>
        {
            Assert.Contains(_tiny.At("images"), text, StringComparison.Ordinal);
            Assert.EndsWith("spot export RUN --format onnx --fit-images PATH... --out FILE", text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void OpenModel_TooFewImagesThatAreGood_AreAsGoodAsNone()
    {
        string run = Run();
        foreach (string file in Directory.EnumerateFiles(_tiny.At("images")).Take(11))
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..60]);

        using SpotModel model = Open(run);

        Assert.Equal(FeatureLayer.Conv2, model.Layer);
        Assert.Contains("99 of 110 images are good, and all layers together are fitted on 100 at least", _said[^1],
            StringComparison.Ordinal);
    }

    [Fact]
    public void OpenModel_WeightsOnTheirOwn_SaysThatTheyNameNoImages()
    {
        using SpotModel model = Open(_tiny.Weights);

        Assert.Equal(FeatureLayer.Conv2, model.Layer);
        Assert.Contains($"{_tiny.Weights} does not say which images it was trained on", Assert.Single(_said),
            StringComparison.Ordinal);
    }

    [Fact]
    public void OpenModel_ExportedWithout_SaysSo()
    {
        string file = _tiny.At("old.onnx");
        OnnxExport.Write(TrainedWeights.Open(_tiny.Weights), file, cancellation: TestContext.Current.CancellationToken);

        using SpotModel model = Open(file);

        Assert.Equal(FeatureLayer.Conv2, model.Layer);
        Assert.Contains($"{file} was exported without", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void Embed_Whitened_IsTheEnginesVector()
    {
        string run = Run();
        using SpotModel expected = Open(run);
        using SpotModel model = ExportOnDemand.OpenModel(
            run, new SpotModelOptions { Threads = 1 }, new Device("cpu"), Precision.F32, logger: _said);

        Assert.Equal((FeatureLayer.Whitened, expected.Dimensions), (model.Layer, model.Dimensions));
        for (int i = 0; i < 20; i++) // of the run's images, and strangers
        {
            float[] reference = expected.Embed(BlockImages.Draw(i)), vector = model.Embed(BlockImages.Draw(i));
            Assert.InRange(reference.Zip(vector, (a, b) => Math.Abs((double)a - b)).Max(), 0, 1e-4);
        }
    }

    [Theory]
    [InlineData(13)]
    [InlineData(18)]
    public void Write_FitImages_IsWellFormedAndHasTheOutput(int opset)
    {
        WriteImages();
        using ImageSet images = ImageSet.Open([_tiny.At("images")]);
        OnnxExportOptions options = new() { Opset = opset, Layers = [FeatureLayer.Conv2], Verdict = false, FitImages = images };

        ModelProto model = OnnxExport.Build(TrainedWeights.Open(_tiny.Weights), options);

        OnnxStructure.Check(model);
        ValueInfoProto output = model.Graph.Output.Single(one => one.Name == ModelValues.Whitened);
        Whitening whitening = Whitening.Of(ModelFile.Of(model, "it"));
        Assert.Equal(whitening.Dimensions, output.Type.TensorType.Shape.Dim[1].DimValue);
        Assert.Equal(whitening.Digest, model.MetadataProps.Single(entry => entry.Key == "whitening").Value);
    }

    public void Dispose() => _tiny.Dispose();

    private void WriteImages() => _tiny.WriteImages("images", Count);

    // A run folder as a finished run leaves it, and its images.
    private string Run()
    {
        WriteImages();
        RunFolder folder = RunFolder.Create(
            _tiny.At("run"), Presets.Get("fix32"), RunFolder.Describe([_tiny.At("images")], autoencoder: null));
        File.Copy(_tiny.Weights, folder.Weights);
        return folder.Path;
    }

    private SpotModel Open(string path, SpotModelOptions? options = null) =>
        ExportOnDemand.OpenModel(path, (options ?? new SpotModelOptions()) with { Threads = 1 }, logger: _said);

    private static ModelFile Kept(string run) => ModelFile.Open(Path.Combine(run, "model.onnx"));
}
