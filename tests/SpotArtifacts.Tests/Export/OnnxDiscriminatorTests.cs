using SpotArtifacts.Export;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Tests.Images;

namespace SpotArtifacts.Tests.Export;

/// <summary>The graph, run by ONNX Runtime beside our own forward pass.</summary>
public sealed class OnnxDiscriminatorTests(ITestOutputHelper output) : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("fix32", 17)]
    [InlineData("fix32", 13)]
    [InlineData("fix32", 18)]
    [InlineData("demo32", 17)]
    [InlineData("tiny32", 17)]
    [InlineData("std64", 17)]
    public void Build_BytesIn_EveryOutputIsOurs(string preset, int opset) => Compare(preset, new OnnxExportOptions { Opset = opset });

    [Fact]
    public void Build_FloatsIn_EveryOutputIsOurs() => Compare("fix32", new OnnxExportOptions { Input = OnnxInput.Unit });

    [Fact]
    public void Build_Averages_EveryOutputIsOurs() => Compare("fix32", new OnnxExportOptions { Averaged = true });

    [Fact]
    public void Build_WithoutKeepMaskHead_HasNoKeepMask()
    {
        TrainedWeights trained = ExportSamples.Trained(Presets.Get("fix32"), _folder, keepMaskHead: false);

        Assert.DoesNotContain("keep_mask", OnnxExport.Build(trained, new OnnxExportOptions()).Graph.Output.Select(value => value.Name));
    }

    [Theory]
    [InlineData(16, 3)] // the second pool takes 3 x 3: equal padding instead of the odd pixel at the end
    [InlineData(24, 2)]
    public void Build_OtherSizes_EveryOutputIsOurs(int size, int stride)
    {
        Recipe recipe = Presets.Get("fix32");
        recipe = recipe with { Network = recipe.Network with { ImageSize = size, Conv1Stride = stride } };
        recipe.Validate();

        Compare(recipe, new OnnxExportOptions());
    }

    public void Dispose() => _folder.Dispose();

    private void Compare(string preset, OnnxExportOptions options) => Compare(Presets.Get(preset), options);

    private void Compare(Recipe recipe, OnnxExportOptions options)
    {
        ForeignRuntime runtime = ForeignRuntime.Onnx();
        TrainedWeights trained = ExportSamples.Trained(recipe, _folder);
        string model = _folder.At("model.onnx");
        OnnxExport.Write(trained, model, options);
        int size = trained.Recipe.Network.ImageSize;
        bool bytes = options.Input == OnnxInput.Bytes;
        byte[][] pixels = [ExportSamples.Pixels(1, size), ExportSamples.Pixels(3, size)];
        IReadOnlyList<Dictionary<string, NamedOutput>> theirs = runtime.Run(model, bytes ? "uint8" : "float32",
            [.. pixels.Select((p, i) => (bytes ? new long[] { 2 * i + 1, size, size, 3 } : [2 * i + 1, 3, size, size], bytes ? p : ExportSamples.UnitPlanes(p, size)))]);
        for (int i = 0; i < pixels.Length; i++)
            foreach ((string name, double difference) in ExportSamples.Differences(ExportSamples.Expected(trained, pixels[i], options.Averaged), theirs[i]))
            {
                output.WriteLine($"{recipe.Preset} opset {options.Opset} batch {2 * i + 1} {name}: {difference:E1}");
                Assert.InRange(difference, 0, Tolerance);
            }
    }
}
