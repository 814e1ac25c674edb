using SpotArtifacts.Autoencoding;
using SpotArtifacts.Engine;
using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Images;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Tests.Export;

/// <summary>What an application computes from an export, beside the engine that trains.</summary>
public sealed class ExportedFeaturesTests(ITestOutputHelper output) : IDisposable
{
    private readonly TinyWeights _tiny = new();

    public static TheoryData<FeatureLayer, FeaturePooling> Features =>
        new(FeatureLayers.All.SelectMany(layer => Enum.GetValues<FeaturePooling>().Select(pooling => (layer, pooling))));

    [Theory]
    [MemberData(nameof(Features))]
    public void Embed_LayerAndPooling_IsTheEnginesVector(FeatureLayer layer, FeaturePooling pooling) =>
        Compare(Presets.Get("fix32"), layer, pooling);

    [Theory]
    [InlineData(8, 2, FeatureLayer.Conv3)] // one place, which is all four quarters
    [InlineData(24, 2, FeatureLayer.Conv4)] // three: the quarters share the middle
    [InlineData(24, 2, FeatureLayer.Conv2)]
    public void Embed_OddGrid_HasTheEnginesQuarters(int size, int stride, FeatureLayer layer)
    {
        Recipe recipe = Presets.Get("fix32");
        recipe = recipe with { Network = recipe.Network with { ImageSize = size, Conv1Stride = stride } };
        recipe.Validate();

        Compare(recipe, layer, FeaturePooling.Grid);
    }

    [Theory]
    [InlineData("demo32")]
    [InlineData("tiny32")]
    [InlineData("std64")]
    public void Embed_Preset_IsTheEnginesVector(string preset)
    {
        Compare(Presets.Get(preset), FeatureLayer.Conv2, FeaturePooling.Grid);
        Compare(Presets.Get(preset), FeatureLayer.Conv5, FeaturePooling.Mean);
    }

    [Theory]
    [InlineData(TrunkKind.AlexnetBn)]
    [InlineData(TrunkKind.Resnet18)]
    public void Embed_OtherTrunk_IsTheEnginesVectorOfEachLayer(TrunkKind trunk)
    {
        Recipe recipe = Presets.Get("fix32");
        recipe = recipe with { Network = recipe.Network with { Trunk = trunk } };

        foreach (FeatureLayer layer in FeatureLayers.All)
            Compare(recipe, layer, FeaturePooling.Grid);
    }

    [Theory]
    [InlineData(true, 2, TrunkKind.Alexnet)]
    [InlineData(false, 2, TrunkKind.Alexnet)]
    [InlineData(false, 3, TrunkKind.Alexnet)] // the ablation with 3x3 in the encoder
    [InlineData(false, 2, TrunkKind.AlexnetBn)]
    [InlineData(false, 2, TrunkKind.Resnet18)]
    public void Inspect_WholeImage_IsTheEnginesVerdict(bool asIs, int kernel, TrunkKind trunk)
    {
        Recipe recipe = Presets.Get("fix32");
        string file = _tiny.Write(
            "inspected.safetensors", recipe with { Network = recipe.Network with { EncoderKernel = kernel, Trunk = trunk } });
        RgbImage image = BlockImages.Draw(1, 48);
        using ArtifactInspector inspector = ExportOnDemand.OpenInspector(
            file, new InspectionOptions { AsIs = asIs, Threads = 1 });

        ImageInspection found = inspector.Inspect(image);

        (float repaired, float[] keep) = Judge(TrainedWeights.Open(file), image, asIs);
        Assert.Equal(repaired, found.Repaired, 1e-5);
        Assert.Equal((found.Repaired, new SourceBox(0, 0, 1, 1)), (found.Whole, found.Window));
        Assert.All(keep.Zip(found.Map!.Values), pair => Assert.Equal(1 - pair.First, pair.Second, 1e-5));
    }

    public void Dispose() => _tiny.Dispose();

    private void Compare(Recipe recipe, FeatureLayer layer, FeaturePooling pooling)
    {
        TrainedWeights trained = TrainedWeights.Open(_tiny.Write("compared.safetensors", recipe));
        RgbImage image = BlockImages.Draw(2, 80);
        using SpotModel model = ExportOnDemand.OpenModel(
            trained.Path, new SpotModelOptions { Layer = layer, Pooling = pooling, Threads = 1 });

        float[] vector = model.Embed(image), expected = Vector(trained, image, layer, pooling);

        Assert.Equal(expected.Length, vector.Length);
        double difference = expected.Zip(vector, (a, b) => Math.Abs((double)a - b)).Max() / expected.Max(Math.Abs);
        output.WriteLine($"{recipe.Preset} {layer.Name()} {pooling}: {difference:E1}");
        Assert.InRange(difference, 0, 1e-4);
    }

    private static float[] Vector(TrainedWeights trained, RgbImage image, FeatureLayer layer, FeaturePooling pooling)
    {
        int size = trained.Recipe.Network.ImageSize;
        float[] view = new float[3 * size * size];
        EvaluationView.Apply(image, size, view);
        using DisposeScope scope = NewDisposeScope();
        using FeatureExtractor network = FeatureExtractor.Pretrained(trained.Recipe, trained.Weights);
        using IDisposable off = no_grad();
        Tensor features = network.Extract(TensorData.From<float>(view, 1, 3, size, size)).Single(one => one.Layer == layer.Name())
            .Features;
        return pooling switch
        {
            FeaturePooling.Mean => features.mean([2, 3]).ToArray<float>(),
            FeaturePooling.Max =>
            [.. features.ToArray<float>().Chunk((int)(features.shape[2] * features.shape[3])).Select(grid => grid.Max())],
            FeaturePooling.Grid => functional.adaptive_avg_pool2d(features, [2, 2]).ToArray<float>(),
            _ => features.ToArray<float>(),
        };
    }

    private static (float Repaired, float[] Keep) Judge(TrainedWeights trained, RgbImage image, bool asIs)
    {
        float[] view = new float[3 * 32 * 32];
        WholeView.Apply(image, 32, view);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable off = no_grad();
        using Discriminator discriminator = TrainedWeights.RestoreDiscriminator(trained.Recipe.Network, trained.Weights);
        using Autoencoder autoencoder = new(trained.Recipe.Network);
        trained.Weights.Restore(autoencoder);
        Tensor images = TensorData.From<float>(view, 1, 3, 32, 32);
        if (!asIs)
            images = autoencoder.Forward(images, training: false);
        Verdict verdict = discriminator.Judge(discriminator.Trunk(images, training: false), training: false, dropout: null);
        return (functional.softmax(verdict.ClassLogits, -1).ToArray<float>()[0],
            functional.sigmoid(verdict.MaskLogits!).ToArray<float>());
    }
}
