using System.Globalization;
using Google.Protobuf;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;

namespace SpotArtifacts.Export;

/// <summary>
/// Writes a run's networks as an ONNX model (docs/onnx.md): for <see cref="SpotModel"/> and for any other runtime.
/// </summary>
public static class OnnxExport
{
    // The limit of a protobuf message, with room for the nodes and the metadata.
    private const long MaxConstantBytes = int.MaxValue - (1L << 20);

    /// <summary>Writes the model: the file is complete or absent.</summary>
    /// <param name="trained">A run or an exported file.</param>
    /// <param name="path">Where to; an existing file is replaced.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops before the file is written: nothing is left behind.</param>
    /// <exception cref="SpotException">
    /// An option cannot be used, a tensor is missing, or the model would be larger than ONNX can hold in one file.
    /// </exception>
    public static void Write(
        TrainedWeights trained, string path, OnnxExportOptions? options = null, CancellationToken cancellation = default)
    {
        ModelProto model = Build(trained, options ?? new OnnxExportOptions());
        cancellation.ThrowIfCancellationRequested();
        Write(model, path);
    }

    /// <summary>Writes a model that is built.</summary>
    internal static void Write(ModelProto model, string path) => AtomicFile.Write(path, stream => model.WriteTo(stream));

    /// <summary>Builds the model.</summary>
    /// <param name="trained">A run or an exported file.</param>
    /// <param name="options">How.</param>
    /// <param name="source">What the weights are recognised by; empty where nobody will ask.</param>
    internal static ModelProto Build(TrainedWeights trained, OnnxExportOptions options, string source = "")
    {
        ArgumentNullException.ThrowIfNull(trained);
        options.Validate();
        FoldedNetworks networks = FoldedNetworks.Of(trained, options.Averaged);
        OnnxGraph graph = new("spot");
        AddInput(graph, networks.Options.ImageSize, options.Input);
        IReadOnlyList<LayerDescription> layers = OnnxDiscriminator.Add(graph, networks, trained.Recipe.Pretext, options);
        if (options.Verdict && networks.Autoencoder is { } autoencoder && trained.Recipe.Pretext == Pretext.Spotting)
            OnnxAutoencoder.Add(graph, autoencoder, networks.Options.ImageSize);
        if (graph.ConstantBytes > MaxConstantBytes)
            throw new SpotException(
                $"the networks have {graph.ConstantBytes >> 20} MiB of weights, more than one ONNX file can hold; " +
                "leave the verdict out (--features-only) or export safetensors");
        var model = new ModelProto
        {
            IrVersion = IrVersionOf(options.Opset),
            ProducerName = "spot",
            ProducerVersion = SafetensorsExport.Version,
            Graph = graph.Proto,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = options.Opset } },
        };
        ModelMetadata metadata = new(Describe(trained, networks, layers, options.Averaged), source);
        if (options.FitImages is { } images)
            metadata = AddWhitened(graph, model, metadata, images);
        foreach ((string key, string value) in metadata.Write().Concat(ForOthers(trained, options)))
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model;
    }

    // Fitted by the graph as it is so far: what the vector is made of is then what a user's runtime computes.
    private static ModelMetadata AddWhitened(OnnxGraph graph, ModelProto model, ModelMetadata metadata, ImageSet images)
    {
        Whitening whitening = WhiteningFit.Fit(ModelFile.Of(model, metadata, "the export"), images);
        WhiteningNodes.Add(graph, metadata.Description.Layers, whitening);
        return metadata with { Description = metadata.Description with { Whitening = whitening.Digest } };
    }

    /// <summary>
    /// Version of the file format that came with an operator set (onnx docs/Versioning.md): ONNX 1.8 and 1.9 have 7, 1.10 to 1.13
    /// have 8.
    /// </summary>
    internal static long IrVersionOf(int opset) => opset <= 14 ? 7 : 8;

    /// <summary>The input and its way to pixels, (N, 3, S, S).</summary>
    private static void AddInput(OnnxGraph graph, long size, OnnxInput input)
    {
        if (input == OnnxInput.Unit)
        {
            string unit = graph.Input(
                ModelValues.Input, TensorProto.Types.DataType.Float, "RGB from 0 to 1, (N, 3, rows, columns)", 3, size, size);
            graph.Add("Mul", ModelValues.Pixels, [unit, graph.Constant("full_scale", [255f])]);
            return;
        }
        string bytes = graph.Input(
            ModelValues.Input, TensorProto.Types.DataType.Uint8, "RGB from 0 to 255, (N, rows, columns, 3)", size, size, 3);
        string planes = graph.Add("Transpose", "planes", [bytes], OnnxGraph.Attribute("perm", [0, 3, 1, 2]));
        graph.Add("Cast", ModelValues.Pixels, [planes], OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Float));
    }

    private static ModelDescription Describe(
        TrainedWeights trained, FoldedNetworks networks, IReadOnlyList<LayerDescription> layers, bool averaged)
    {
        Recipe recipe = trained.Recipe;
        TrainedFor purpose = recipe.Pretext switch
        {
            Pretext.Rotation => TrainedFor.Rotation,
            Pretext.Labels => TrainedFor.Labels,
            Pretext.Own => TrainedFor.Own,
            _ => TrainedFor.Spotting,
        };
        long planned = recipe.Spotting.Steps;
        // A checkpoint has its step; what is finished has none.
        long steps = trained.Weights.HasText("step") ? trained.Weights.GetNumber("step") : planned;
        var training = new TrainingFacts(
            recipe.Preset, purpose == TrainedFor.Spotting ? recipe.Autoencoding.Steps : 0, steps, planned, averaged);
        return new ModelDescription(
            networks.Digest, purpose, networks.ClassHead?.Logits.Bias.Length ?? 0, recipe.Network.ImageSize, layers, training);
    }

    /// <summary>What a program of somebody else's needs to know to feed the model, as texts.</summary>
    private static IEnumerable<KeyValuePair<string, string>> ForOthers(TrainedWeights trained, OnnxExportOptions options)
    {
        bool bytes = options.Input == OnnxInput.Bytes;
        yield return new("channels", "RGB");
        yield return new("input_type", bytes ? "uint8, 0 to 255" : "float32, 0 to 1");
        yield return new("input_layout", bytes ? "NHWC" : "NCHW");
        yield return new(
            "crop", string.Create(CultureInfo.InvariantCulture, $"central {EvaluationView.CentralShare} of each side"));
        yield return new(
            "resizer", "bilinear, antialiased when shrinking (Pillow's BILINEAR with box); width and height each to image_size");
        yield return new("preprocessing", "inside the graph: (255-scaled pixel - mean) / std");
        yield return new(
            "mean", string.Join(", ", Discriminator.RgbMean.Select(value => value.ToString(CultureInfo.InvariantCulture))));
        yield return new("std", "1, 1, 1");
        yield return new("output", $"{options.VectorPooling.ToString().ToLowerInvariant()} of {options.VectorLayer.Name()}");
        yield return new(TrainedWeights.RecipeKey, RecipeFile.ToYaml(trained.Recipe));
    }
}
