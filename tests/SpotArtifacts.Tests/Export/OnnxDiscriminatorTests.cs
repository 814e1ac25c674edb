using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Export;

/// <summary>The graph, run by ONNX Runtime beside our own forward pass.</summary>
public sealed class OnnxDiscriminatorTests(ITestOutputHelper output) : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Networks => [.. ExportSamples.WithOwnRun("fix32", "demo32", "tiny32", "std64")];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Build_BytesIn_EveryOutputIsOurs(string network) =>
        Compare(ExportSamples.Trained(network, _folder), new OnnxExportOptions());

    [Theory]
    [InlineData(13)]
    [InlineData(18)]
    public void Build_OtherOpset_EveryOutputIsOurs(int opset) =>
        Compare(Presets.Get("fix32"), new OnnxExportOptions { Opset = opset });

    [Fact]
    public void Build_FloatsIn_EveryOutputIsOurs() =>
        Compare(Presets.Get("fix32"), new OnnxExportOptions { Input = OnnxInput.Unit });

    [Fact]
    public void Build_Averages_EveryOutputIsOurs() => Compare(Presets.Get("fix32"), new OnnxExportOptions { Averaged = true });

    [Fact]
    public void Build_WithoutKeepMaskHead_HasNoKeepMask()
    {
        TrainedWeights trained = ExportSamples.Trained(Presets.Get("fix32"), _folder, keepMaskHead: false);

        Assert.DoesNotContain(
            "keep_mask", OnnxExport.Build(trained, new OnnxExportOptions()).Graph.Output.Select(value => value.Name));
    }

    [Theory]
    [InlineData(16, 3)] // the second pool takes 3 x 3: equal padding instead of the odd pixel at the end
    [InlineData(24, 2)]
    [InlineData(8, 2)] // conv3 to conv5 have one place only
    public void Build_OtherSizes_EveryOutputIsOurs(int size, int stride)
    {
        Recipe recipe = Presets.Get("fix32");
        recipe = recipe with { Network = recipe.Network with { ImageSize = size, Conv1Stride = stride } };
        recipe.Validate();

        Compare(recipe, new OnnxExportOptions());
    }

    [Theory]
    [InlineData(TrunkKind.AlexnetBn, 32, 3)]
    [InlineData(TrunkKind.AlexnetBn, 24, 3)]
    [InlineData(TrunkKind.Resnet18, 32, 3)]
    [InlineData(TrunkKind.Resnet18, 32, 2)]
    [InlineData(TrunkKind.Resnet18, 48, 4)]
    public void Build_OtherTrunk_EveryOutputIsOurs(TrunkKind trunk, int size, int levels)
    {
        Recipe recipe = Presets.Get("fix32");
        recipe = recipe with
        {
            Network = recipe.Network with
            {
                Trunk = trunk,
                ImageSize = size,
                EncoderWidths = [.. Enumerable.Repeat(16, levels)],
                DiscriminatorWidths = [8, 8, 12, 16, 20],
            },
        };
        recipe.Validate();

        Compare(recipe, new OnnxExportOptions());
        Compare(recipe, new OnnxExportOptions { Averaged = true, Opset = 13 });
        OnnxStructure.Check(OnnxExport.Build(ExportSamples.Trained(recipe, _folder), new OnnxExportOptions()));
    }

    [Theory]
    [InlineData(FeaturePooling.Max)]
    [InlineData(FeaturePooling.Grid)]
    public void Build_OtherVector_IsThatLayerPooled(FeaturePooling pooling)
    {
        string file = _folder.At("model.onnx");
        var options = new OnnxExportOptions { VectorLayer = FeatureLayer.Conv2, VectorPooling = pooling, Verdict = false };
        OnnxExport.Write(ExportSamples.Trained(Presets.Get("fix32"), _folder), file, options,
            cancellation: TestContext.Current.CancellationToken);

        Dictionary<string, NamedOutput> outputs = OnnxRuntimeRun.Run(file, ExportSamples.Pixels(1, 32), 32, unit: false);

        float[][] channels = [.. outputs["conv2"].Values.Chunk(64)];
        float Quarter(float[] grid, int row, int column) =>
            Enumerable.Range(0, 16).Average(i => grid[8 * (row + i / 4) + column + i % 4]);
        float[] expected = pooling == FeaturePooling.Max
            ? [.. channels.Select(grid => grid.Max())]
            : [.. channels.SelectMany(grid =>
                (float[])[Quarter(grid, 0, 0), Quarter(grid, 0, 4), Quarter(grid, 4, 0), Quarter(grid, 4, 4)])];
        Assert.All(expected.Zip(outputs["output"].Values), pair => Assert.Equal(pair.First, pair.Second, 1e-4f * expected.Max()));
    }

    public void Dispose() => _folder.Dispose();

    private void Compare(Recipe recipe, OnnxExportOptions options) => Compare(ExportSamples.Trained(recipe, _folder), options);

    private void Compare(TrainedWeights trained, OnnxExportOptions options)
    {
        string model = _folder.At("model.onnx");
        OnnxExport.Write(trained, model, options);
        int size = trained.Recipe.Network.ImageSize;
        foreach (int count in (int[])[1, 3])
        {
            byte[] pixels = ExportSamples.Pixels(count, size);
            Dictionary<string, NamedOutput> ours = ExportSamples.Expected(trained, pixels, options.Averaged);
            foreach ((string name, double difference) in ExportSamples.Differences(
                ours, OnnxRuntimeRun.Run(model, pixels, size, options.Input == OnnxInput.Unit)))
            {
                output.WriteLine($"{trained.Recipe.Preset} opset {options.Opset} batch {count} {name}: {difference:E1}");
                Assert.InRange(difference, 0, Tolerance);
            }
        }
    }
}
