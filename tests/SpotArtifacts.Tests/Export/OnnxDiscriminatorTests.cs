using SpotArtifacts.Export;
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
    public void Build_BytesIn_EveryOutputIsOurs(string network) => Compare(ExportSamples.Trained(network, _folder), new OnnxExportOptions());

    [Theory]
    [InlineData(13)]
    [InlineData(18)]
    public void Build_OtherOpset_EveryOutputIsOurs(int opset) => Compare(Presets.Get("fix32"), new OnnxExportOptions { Opset = opset });

    [Fact]
    public void Build_FloatsIn_EveryOutputIsOurs() => Compare(Presets.Get("fix32"), new OnnxExportOptions { Input = OnnxInput.Unit });

    [Fact]
    public void Build_Averages_EveryOutputIsOurs() => Compare(Presets.Get("fix32"), new OnnxExportOptions { Averaged = true });

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

    private void Compare(Recipe recipe, OnnxExportOptions options) => Compare(ExportSamples.Trained(recipe, _folder), options);

    private void Compare(TrainedWeights trained, OnnxExportOptions options)
    {
        ForeignRuntime runtime = ForeignRuntime.Onnx();
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
                output.WriteLine($"{trained.Recipe.Preset} opset {options.Opset} batch {2 * i + 1} {name}: {difference:E1}");
                Assert.InRange(difference, 0, Tolerance);
            }
    }
}
