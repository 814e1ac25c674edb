using Google.Protobuf;
using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Export;

/// <summary>
/// Weights that version 0.1.0 trained, on its own binding of libtorch, and what it exported and computed from them.
/// </summary>
public sealed class PreviousNetworksTests : IDisposable
{
    private static readonly string s_files = Path.Combine(AppContext.BaseDirectory, "Export", "files");

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("spotting", "82ea137f041570e71832fed74e99d0b3")]
    public void Of_ItsWeights_AreRecognisedByTheDigestInItsIndexes(string name, string digest) =>
        Assert.Equal(digest, FoldedNetworks.Of(Open(name), averaged: false).Digest);

    // The tests of SpotArtifacts.Features use these files. Where the exporter has changed: SPOT_WRITE_MODELS=1 ./spot test
    // PreviousNetworks writes them anew; look at what has become of them before you keep them.
    [Theory]
    [InlineData("spotting", "spotting", false, false)]
    [InlineData("spotting-ema", "spotting", true, false)]
    [InlineData("features-only", "spotting", false, true)]
    [InlineData("rotation", "rotation", false, false)]
    [InlineData("labels", "labels", false, false)]
    public void Build_ItsWeights_IsTheModelThatFeaturesAreTestedWith(
        string model, string weights, bool averaged, bool featuresOnly)
    {
        OnnxExportOptions options = featuresOnly
            ? new()
            {
                Opset = 13,
                Input = OnnxInput.Unit,
                Layers = [FeatureLayer.Conv2],
                VectorLayer = FeatureLayer.Conv2,
                VectorPooling = FeaturePooling.Grid,
                Verdict = false,
            }
            : new() { Averaged = averaged };
        ModelProto built = OnnxExport.Build(Open(weights), options);
        string kept = Path.Combine(s_files, "models", $"{model}.onnx");
        if (Environment.GetEnvironmentVariable("SPOT_WRITE_MODELS") == "1")
            OnnxExport.Write(built, Source(model));

        ModelProto before = ModelProto.Parser.ParseFrom(File.ReadAllBytes(kept));

        before.ProducerVersion = built.ProducerVersion;
        StringStringEntryProto recipe = before.MetadataProps.Single(entry => entry.Key == TrainedWeights.RecipeKey);
        recipe.Value = AsWrittenNow(recipe.Value);
        Assert.True(built.ToByteArray().AsSpan().SequenceEqual(before.ToByteArray()),
            $"the exporter writes {model}.onnx differently now");
    }

    [Theory]
    [InlineData("spotting", "views.", "")]
    [InlineData("spotting", "views.", "ema.")]
    [InlineData("rotation", "", "")]
    [InlineData("labels", "", "ema.")]
    public void Build_ItsWeights_GivesItsVerdicts(string name, string shown, string average)
    {
        SafetensorsFile expected = SafetensorsFile.Read(Path.Combine(s_files, "previous", $"{name}-expected.safetensors"));
        ModelFile file = ModelFile.Of(
            OnnxExport.Build(Open(name), new OnnxExportOptions { Averaged = average.Length > 0 }), name);
        float[] pixels = Pixels(SharedViews());

        float[] probabilities = Run(
            file, ModelValues.ClassProbabilities, pixels)[..expected.Tensors[$"{average}{shown}class_logits"].Floats().Length];

        AssertClose(
            Softmax(expected.Tensors[$"{average}{shown}class_logits"].Floats(),
            (int)expected.Tensors[$"{average}{shown}class_logits"].Shape[1]), probabilities);
        if (name == "spotting")
            AssertClose(
                [.. expected.Tensors[$"{average}{shown}mask_logits"].Floats().ToArray().Select(x => 1 / (1 + MathF.Exp(-x)))],
                Run(file, ModelValues.KeepMask, pixels));
    }

    [Fact]
    public void Build_ItsAutoencoder_DecodesAsItDid()
    {
        SafetensorsFile expected = SafetensorsFile.Read(Path.Combine(s_files, "previous", "spotting-expected.safetensors"));
        ModelFile file = ModelFile.Of(OnnxExport.Build(Open("spotting"), new OnnxExportOptions()), "spotting");

        float[] decoded = Run(file, ModelValues.Autoencoded, Pixels(expected.Tensors["views"].Floats().ToArray()));

        AssertClose(Pixels(expected.Tensors["decoded"].Floats().ToArray()), decoded);
    }

    [Theory]
    [InlineData("folded", TensorNames.Spot)]
    [InlineData("torchvision", TensorNames.Torchvision)]
    public void Write_Folded_IsTheFileItWrote(string name, TensorNames names)
    {
        string path = _folder.At("folded.safetensors");

        SafetensorsExport.Write(Open("spotting"), path, new SafetensorsExportOptions { Fold = true, Names = names },
            cancellation: TestContext.Current.CancellationToken);

        SafetensorsFile expected = SafetensorsFile.Read(Path.Combine(s_files, "previous", $"discriminator-{name}.safetensors")),
            actual = SafetensorsFile.Read(path);
        Dictionary<string, string> metadata = new(expected.Metadata);
        metadata[TrainedWeights.RecipeKey] = AsWrittenNow(metadata[TrainedWeights.RecipeKey]);
        Assert.Equal(metadata, actual.Metadata);
        Assert.Equal(expected.Tensors.Select(tensor => (tensor.Key, string.Join(' ', tensor.Value.Shape))),
            actual.Tensors.Select(tensor => (tensor.Key, string.Join(' ', tensor.Value.Shape))));
        Assert.All(expected.Tensors,
            tensor => Assert.True(tensor.Value.Bytes.Span.SequenceEqual(actual.Tensors[tensor.Key].Bytes.Span), tensor.Key));
    }

    public void Dispose() => _folder.Dispose();

    private static TrainedWeights Open(string name) =>
        TrainedWeights.Open(Path.Combine(s_files, "previous", $"{name}.safetensors"));

    // Settings that came later stand in a recipe's text with what they are when nothing is said.
    private static string AsWrittenNow(string recipe) =>
        RecipeFile.ToYaml(RecipeResolution.Resolve(RecipeFile.Parse(recipe, "the file")));

    private static string Source(string model)
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(folder.FullName, "tests", "SpotArtifacts.Features.Tests")))
            folder = folder.Parent!;
        return Path.Combine(folder.FullName, "tests", "SpotArtifacts.Features.Tests", "files", "models", $"{model}.onnx");
    }

    private static float[] Run(ModelFile file, string value, float[] pixels)
    {
        OnnxGraph graph = file.Cut(value);
        graph.Output(value, "");
        graph.Proto.Output[0].Type.TensorType.Shape = null; // whatever it is
        using OnnxSession session = OnnxSession.Create(file, graph, threads: 1);
        return session.Run(pixels, pixels.Length / (3 * 32 * 32))[0];
    }

    // The central views of the 24 images.
    private static float[] SharedViews()
    {
        using ImageSet images = ImageSet.Open([Path.Combine(s_files, "images.tar")]);
        float[] views = new float[images.Count * 3 * 32 * 32];
        for (int i = 0; i < images.Count; i++)
            EvaluationView.Apply(images.Load(i), 32, views.AsSpan(i * 3 * 32 * 32, 3 * 32 * 32));
        return views;
    }

    private static float[] Pixels(float[] views)
    {
        float[] pixels = new float[views.Length];
        PixelScale.ToPixels(views, pixels);
        return pixels;
    }

    private static float[] Softmax(ReadOnlySpan<float> logits, int classes) =>
        [.. logits.ToArray().Chunk(classes)
            .SelectMany(row => row.Select(x => (float)(Math.Exp(x) / row.Sum(other => Math.Exp(other)))))];

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max() / expected.Max(Math.Abs), 0, 1e-4);
    }
}
