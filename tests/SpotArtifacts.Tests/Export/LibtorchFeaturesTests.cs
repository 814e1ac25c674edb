using SpotArtifacts.Engine;
using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Images;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Export;

public sealed class LibtorchFeaturesTests : IDisposable
{
    private static readonly Device s_device = new("cpu");

    private readonly TinyWeights _tiny = new();

    public static TheoryData<FeatureLayer, FeaturePooling> Features => ExportedFeaturesTests.Features;

    [Theory]
    [MemberData(nameof(Features))]
    public void Embed_Float32_AgreesWithOnnxRuntime(FeatureLayer layer, FeaturePooling pooling)
    {
        SpotModelOptions options = new() { Layer = layer, Pooling = pooling, Threads = 1 };
        using SpotModel expected = ExportOnDemand.OpenModel(_tiny.Weights, options);
        using SpotModel model = ExportOnDemand.OpenModel(_tiny.Weights, options, s_device, Precision.F32);
        RgbImage image = BlockImages.Draw(2, 80);

        float[] vector = model.Embed(image), reference = expected.Embed(image);

        Assert.Equal((expected.Dimensions, expected.Description.Network), (model.Dimensions, model.Description.Network));
        Assert.Equal(reference.Length, vector.Length);
        Assert.InRange(Difference(reference, vector), 0, 1e-5);
        Assert.Equal("f32 on cpu", model.Difference);
    }

    [Theory]
    [InlineData(TrunkKind.Alexnet)]
    [InlineData(TrunkKind.AlexnetBn)]
    [InlineData(TrunkKind.Resnet18)]
    public void Embed_BFloat16_IsNearAndNotEqual(TrunkKind trunk)
    {
        Recipe recipe = Presets.Get("fix32");
        string weights = _tiny.Write("trunk.safetensors", recipe with { Network = recipe.Network with { Trunk = trunk } });
        SpotModelOptions options = new() { Layer = FeatureLayer.Conv5, Threads = 1 };
        using SpotModel expected = ExportOnDemand.OpenModel(weights, options);
        using SpotModel model = ExportOnDemand.OpenModel(weights, options, s_device, Precision.Bf16);
        RgbImage image = BlockImages.Draw(3, 64);

        Assert.InRange(Difference(expected.Embed(image), model.Embed(image)), 1e-6, 0.05);
    }

    [Fact]
    public async Task Embed_ManyAtOnce_GivesEachItsOwn()
    {
        using SpotModel model = ExportOnDemand.OpenModel(
            _tiny.Weights, new SpotModelOptions { BatchSize = 4, Threads = 1 }, s_device, Precision.F32);
        RgbImage[] images = [.. Enumerable.Range(0, 9).Select(i => BlockImages.Draw(i, 40))];
        float[][] alone = [.. images.Select(model.Embed)];

        float[][] together = [.. await Task.WhenAll(images.Select(image => model.EmbedAsync(image)))];

        for (int i = 0; i < images.Length; i++)
            Assert.InRange(Difference(alone[i], together[i]), 0, 1e-5);
    }

    [Fact]
    public void OpenModel_ExportedModel_IsRefusedWithWhatToName()
    {
        string file = _tiny.At("exported.onnx");
        OnnxExport.Write(TrainedWeights.Open(_tiny.Weights), file, cancellation: TestContext.Current.CancellationToken);

        SpotException refusal = Assert.Throws<SpotException>(
            () => ExportOnDemand.OpenModel(file, new SpotModelOptions(), s_device, Precision.Bf16));

        Assert.Contains("name the run folder or its weights", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _tiny.Dispose();

    private static double Difference(float[] expected, float[] found) =>
        expected.Zip(found, (a, b) => Math.Abs((double)a - b)).Max() / expected.Max(Math.Abs);
}
