using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Export;

public sealed class OnnxExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(13, 7)]
    [InlineData(14, 7)]
    [InlineData(15, 8)]
    [InlineData(16, 8)]
    [InlineData(17, 8)]
    [InlineData(18, 8)]
    public void Write_EachOpset_IsWellFormed(int opset, int irVersion)
    {
        ModelProto model = Write(new OnnxExportOptions { Opset = opset });

        OnnxStructure.Check(model);
        Assert.Equal((irVersion, opset), (model.IrVersion, model.OpsetImport[0].Version));
    }

    [Fact]
    public void Write_ByDefault_HasTheDocumentedInputAndOutputs()
    {
        ModelProto model = Write(new OnnxExportOptions());

        Assert.Equal(["input 2 [batch, 32, 32, 3]"], model.Graph.Input.Select(Describe));
        Assert.Equal(
            [
                "conv1 1 [batch, 12, 16, 16]", "conv2 1 [batch, 32, 8, 8]", "conv3 1 [batch, 48, 4, 4]",
                "conv4 1 [batch, 48, 4, 4]", "conv5 1 [batch, 32, 4, 4]",
                "output 1 [batch, 32]", "repaired_probability 1 [batch]", "keep_mask 1 [batch, 1, 4, 4]",
            ], model.Graph.Output.Select(Describe));
    }

    [Fact]
    public void Write_ByDefault_SaysHowToPrepareAnImage()
    {
        Dictionary<string, string> metadata = Write(new OnnxExportOptions()).MetadataProps
            .ToDictionary(item => item.Key, item => item.Value);

        Assert.Equal(("32", "RGB", "NHWC"), (metadata["image_size"], metadata["channels"], metadata["input_layout"]));
        Assert.Equal(("123.68, 116.78, 103.94", "1, 1, 1", "central 0.85 of each side"),
            (metadata["mean"], metadata["std"], metadata["crop"]));
        Assert.Equal("fix32", RecipeResolution.Resolve(RecipeFile.Parse(metadata["recipe"], "metadata")).Preset);
    }

    [Fact]
    public void Write_SomeLayersWithoutVerdict_HasThoseAndIsSmaller()
    {
        ModelProto all = Write(new OnnxExportOptions());
        ModelProto some = Write(new OnnxExportOptions { Layers = [FeatureLayer.Conv3], Verdict = false, Input = OnnxInput.Unit });

        OnnxStructure.Check(some);
        Assert.Equal(["input 1 [batch, 3, 32, 32]"], some.Graph.Input.Select(Describe));
        Assert.Equal(["conv3 1 [batch, 48, 4, 4]", "output 1 [batch, 32]"], some.Graph.Output.Select(Describe));
        Assert.True(some.CalculateSize() < all.CalculateSize());
    }

    [Fact]
    public void Write_Baseline_GivesItsClassesInsteadOfAVerdict()
    {
        Recipe recipe = Presets.Get("fix32") with { Pretext = Pretext.Rotation };

        ModelProto model = OnnxExport.Build(
            ExportSamples.Trained(recipe, _folder, keepMaskHead: false, classes: 4), new OnnxExportOptions { Layers = [] });

        OnnxStructure.Check(model);
        Assert.Equal(["output 1 [batch, 32]", "class_probabilities 1 [batch, 4]"], model.Graph.Output.Select(Describe));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(19)]
    public void Write_OpsetOutOfRange_SaysWhichThereAre(int opset) =>
        Assert.Contains("13 to 18", Assert.Throws<SpotException>(() => Write(new OnnxExportOptions { Opset = opset })).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(FeatureLayer.Whitened, FeaturePooling.Mean, "conv1, conv2, conv3, conv4, conv5")]
    [InlineData(FeatureLayer.Conv5, FeaturePooling.Full, "mean, max or grid")]
    public void Write_VectorThatCannotBe_SaysWhichCan(FeatureLayer layer, FeaturePooling pooling, string says)
    {
        var options = new OnnxExportOptions { VectorLayer = layer, VectorPooling = pooling };

        Assert.Contains(says, Assert.Throws<SpotException>(() => Write(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_UnfinishedRun_SaysHowFarItCame()
    {
        TrainedWeights trained = ExportSamples.Trained(Presets.Get("fix32"), _folder);
        trained.Weights.SetNumber("step", 7);

        TrainingFacts training = ModelFile.Of(
            OnnxExport.Build(trained, new OnnxExportOptions()), "it").Metadata.Description.Training;

        Assert.Equal((7, false), (training.Steps, training.Finished));
    }

    public void Dispose() => _folder.Dispose();

    private ModelProto Write(OnnxExportOptions options)
    {
        string path = _folder.At("model.onnx");
        OnnxExport.Write(ExportSamples.Trained(Presets.Get("fix32"), _folder), path, options);
        using FileStream stream = File.OpenRead(path);
        return ModelProto.Parser.ParseFrom(stream);
    }

    private static string Describe(ValueInfoProto value) =>
        $"{value.Name} {value.Type.TensorType.ElemType} [{string.Join(", ", value.Type.TensorType.Shape.Dim.Select(Describe))}]";

    private static string Describe(TensorShapeProto.Types.Dimension size) =>
        size.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam ? size.DimParam : $"{size.DimValue}";
}
