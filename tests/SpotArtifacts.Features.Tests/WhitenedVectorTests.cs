using Google.Protobuf;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Features.Mapping;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Features.Tests;

/// <summary>The vector of all layers together, over a model into which some mean and some projection were put.</summary>
public sealed class WhitenedVectorTests : IDisposable
{
    private const int Dimensions = 9;

    private static readonly SpotModelOptions s_one = new() { Threads = 1 };

    private readonly FeatureFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Embed_ByDefault_IsTheLayersJoinedCentredAndProjected()
    {
        RgbImage image = BlockImages.Draw(3);
        Whitening whitening = Random(seed: 1);

        using SpotModel model = SpotModel.Load(Write("whitened.onnx", whitening), s_one);

        Assert.Equal((FeatureLayer.Whitened, Dimensions), (model.Layer, model.Dimensions));
        Assert.Equal([(long)Dimensions], model.FeatureShape);
        TestFiles.AssertClose(Expected(image, whitening), model.Embed(image), 1e-5);
    }

    [Fact]
    public void Load_ModelWithout_GivesConv2AsBefore()
    {
        using SpotModel model = SpotModel.Load(TestFiles.Spotting, s_one),
            named = SpotModel.Load(TestFiles.Spotting, s_one with { Layer = FeatureLayer.Conv2 });

        Assert.Equal((FeatureLayer.Conv2, FeatureLayer.Conv2), (model.Layer, model.Options.Layer));
        Assert.Equal(named.Embed(BlockImages.Draw(0)), model.Embed(BlockImages.Draw(0)));
    }

    [Fact]
    public void Load_AnotherPooling_IsOfALayerAndRefusedForAll()
    {
        string path = Write("whitened.onnx", Random(seed: 1));

        using SpotModel model = SpotModel.Load(path, s_one with { Pooling = FeaturePooling.Mean });

        Assert.Equal(FeatureLayer.Conv2, model.Layer);
        SpotModelOptions both = new() { Layer = FeatureLayer.Whitened, Pooling = FeaturePooling.Max };
        Assert.Contains("is made of quarters (grid), not by pooling Max",
            Assert.Throws<SpotException>(() => SpotModel.Load(path, both)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_Index_KeepsTheVectorsAsTheyAre()
    {
        string[] files = _folder.WriteImages("images", 12);
        using SpotModel model = SpotModel.Load(Write("whitened.onnx", Random(seed: 1)), s_one);
        using FeatureIndex index = Build(model);

        Assert.Equal((FeatureLayer.Whitened, FeaturePooling.Grid), (index.ModelOptions.Layer, index.ModelOptions.Pooling));
        for (int i = 0; i < files.Length; i++)
            TestFiles.AssertClose(model.Embed(files[i]), index.Rows(i, 1), 1e-5);
        SearchHit hit = index.Search(model, [model.Embed(files[5])], 1, Stop)[0][0];
        Assert.Equal((5, 1.0), (hit.Row, Math.Round(hit.Similarity, 4)));
    }

    [Fact]
    public void Search_FittedOnOtherImages_IsRefused()
    {
        _folder.WriteImages("images", 12);
        Whitening one = Random(seed: 1), other = Random(seed: 2);
        using SpotModel model = SpotModel.Load(Write("one.onnx", one), s_one),
            another = SpotModel.Load(Write("other.onnx", other), s_one),
            conv2 = SpotModel.Load(Write("one.onnx", one), s_one with { Layer = FeatureLayer.Conv2 });
        using FeatureIndex index = Build(model);

        Assert.Equal(model.Description.Network, another.Description.Network);
        Assert.Contains($"whitening {one.Digest}, the queries' is {other.Digest}",
            Assert.Throws<SpotException>(() => index.RequireSame(another)).Message, StringComparison.Ordinal);
        Assert.Contains("layer whitened, the queries' is conv2",
            Assert.Throws<SpotException>(() => index.RequireSame(conv2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ModelId_Whitened_NamesTheWhitening()
    {
        Whitening whitening = Random(seed: 1);
        using SpotModel model = SpotModel.Load(Write("whitened.onnx", whitening), s_one);
        using SpotEmbeddingGenerator generator = new(model);

        object? metadata = generator.GetService(typeof(Microsoft.Extensions.AI.EmbeddingGeneratorMetadata));

        Assert.Equal($"{model.Description.Network}/whitened-{whitening.Digest}",
            ((Microsoft.Extensions.AI.EmbeddingGeneratorMetadata)metadata!).DefaultModelId);
    }

    [Fact]
    public void Run_Safetensors_SaysWhichWhitening()
    {
        _folder.WriteImages("images", 3);
        using SpotModel model = SpotModel.Load(Write("whitened.onnx", Random(seed: 1)), s_one);
        using ImageSet set = _folder.Open();
        string path = _folder.At("rows.safetensors");

        FeatureExtraction.Run(model, set, new FeatureExtractionOptions { Path = path }, cancellation: Stop);

        Dictionary<string, string> metadata = SafetensorsFile.Read(path).Metadata;
        Assert.Equal(("whitened", model.Description.Whitening), (metadata["layer"], metadata["whitening"]));
    }

    [Fact]
    public void Make_MapOfWhitenedVectors_PlacesAll()
    {
        _folder.WriteImages("images", 12);
        using SpotModel model = SpotModel.Load(Write("whitened.onnx", Random(seed: 1)), s_one);
        using ImageSet set = _folder.Open();

        ImageMap map = ImageMap.Make(model, set, new ImageMapOptions { Method = MapMethod.Pca }, cancellation: Stop);

        Assert.Equal(12, map.Places.Distinct().Count());
    }

    public void Dispose() => _folder.Dispose();

    private FeatureIndex Build(SpotModel model)
    {
        using ImageSet set = _folder.Open();
        FeatureIndexOptions options = new() { Path = _folder.At("gallery.index"), Sources = [_folder.At("images")] };
        FeatureIndexBuilder.Build(model, set, options, cancellation: Stop);
        return FeatureIndex.Open(options.Path, Stop);
    }

    private static Whitening Random(int seed)
    {
        Random random = new(seed);
        int width = 4 * (4 + 6 + 8 + 6 + 4); // quarters of the model's channels
        return new Whitening([.. Enumerable.Range(0, width).Select(_ => 0.1f * random.NextSingle())],
            [.. Enumerable.Range(0, width * Dimensions).Select(_ => random.NextSingle() - 0.5f)]);
    }

    private static SpotModel Quarters(FeatureLayer layer) =>
        FeatureFolder.Load(new SpotModelOptions { Layer = layer, Pooling = FeaturePooling.Grid });

    // By the definition, number by number.
    private static float[] Expected(RgbImage image, Whitening whitening)
    {
        List<double> joined = [];
        foreach (FeatureLayer layer in FeatureLayers.All)
        {
            using SpotModel model = Quarters(layer);
            joined.AddRange(Unit([.. model.Embed(image).Select(x => Math.Sqrt(x))]));
        }
        return [.. Unit([.. Enumerable.Range(0, Dimensions).Select(column => joined.Select((x, row) =>
            (x - whitening.Mean[row]) * whitening.Projection[row * Dimensions + column]).Sum())]).Select(x => (float)x)];
    }

    private static double[] Unit(double[] numbers)
    {
        double length = Math.Max(Math.Sqrt(numbers.Sum(x => x * x)), 1e-12);
        return [.. numbers.Select(x => x / length)];
    }

    // As the exporter does it.
    private string Write(string name, Whitening whitening)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(TestFiles.Spotting));
        OnnxGraph graph = new("spot");
        graph.Proto.MergeFrom(model.Graph);
        WhiteningNodes.Add(graph, ModelFile.Of(model, name).Metadata.Description.Layers, whitening);
        model.Graph = graph.Proto;
        model.MetadataProps.Add(new StringStringEntryProto { Key = "whitening", Value = whitening.Digest });
        return _folder.WriteFile(name, model.ToByteArray());
    }
}
