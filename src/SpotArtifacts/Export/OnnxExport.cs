using System.Globalization;
using Google.Protobuf;
using SpotArtifacts.Export.Onnx;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;

namespace SpotArtifacts.Export;

/// <summary>Writes a run's discriminator as an ONNX model (docs/onnx.md).</summary>
public static class OnnxExport
{
    // The limit of a protobuf message, with room for the nodes and the metadata.
    private const long MaxConstantBytes = int.MaxValue - (1L << 20);

    /// <summary>Writes the model: the file is complete or absent.</summary>
    /// <param name="trained">A run or an exported file.</param>
    /// <param name="path">Where to; an existing file is replaced.</param>
    /// <param name="options">How.</param>
    /// <exception cref="SpotException">An option cannot be used, a tensor is missing, or the model would be larger than ONNX can hold in one file.</exception>
    public static void Write(TrainedWeights trained, string path, OnnxExportOptions? options = null)
    {
        ModelProto model = Build(trained, options ?? new OnnxExportOptions());
        AtomicFile.Write(path, stream => model.WriteTo(stream));
    }

    /// <summary>Builds the model.</summary>
    internal static ModelProto Build(TrainedWeights trained, OnnxExportOptions options)
    {
        ArgumentNullException.ThrowIfNull(trained);
        options.Validate();
        FoldedDiscriminator network = FoldedDiscriminator.Of(trained, options.Averaged);
        OnnxGraph graph = OnnxDiscriminator.Build(network, trained.Recipe.Pretext, options);
        if (graph.ConstantBytes > MaxConstantBytes)
            throw new SpotException($"the network has {graph.ConstantBytes >> 20} MiB of weights, more than one ONNX file can hold; leave the verdict out or export safetensors");
        var model = new ModelProto
        {
            IrVersion = IrVersionOf(options.Opset),
            ProducerName = "spot",
            ProducerVersion = SafetensorsExport.Version,
            Graph = graph.Proto,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = options.Opset } },
        };
        foreach ((string key, string value) in Metadata(trained, options))
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model;
    }

    /// <summary>Version of the file format that came with an operator set (onnx docs/Versioning.md): ONNX 1.8 and 1.9 have 7, 1.10 to 1.13 have 8.</summary>
    internal static long IrVersionOf(int opset) => opset <= 14 ? 7 : 8;

    /// <summary>What a program needs to know to feed the model, as texts.</summary>
    private static IEnumerable<(string Key, string Value)> Metadata(TrainedWeights trained, OnnxExportOptions options)
    {
        bool bytes = options.Input == OnnxInput.Bytes;
        yield return ("image_size", trained.Recipe.Network.ImageSize.ToString(CultureInfo.InvariantCulture));
        yield return ("channels", "RGB");
        yield return ("input_type", bytes ? "uint8, 0 to 255" : "float32, 0 to 1");
        yield return ("input_layout", bytes ? "NHWC" : "NCHW");
        yield return ("crop", string.Create(CultureInfo.InvariantCulture, $"central {EvaluationView.CentralShare} of each side"));
        yield return ("resizer", "bilinear, antialiased when shrinking (Pillow's BILINEAR with box); width and height each to image_size");
        yield return ("preprocessing", "inside the graph: (255-scaled pixel - mean) / std");
        yield return ("mean", string.Join(", ", Discriminator.RgbMean.Select(value => value.ToString(CultureInfo.InvariantCulture))));
        yield return ("std", "1, 1, 1");
        yield return ("output", $"mean of {options.PooledLayer} over all positions");
        yield return ("weights", options.Averaged ? "exponential moving average" : "last step");
        yield return (TrainedWeights.RecipeKey, RecipeFile.ToYaml(trained.Recipe));
    }
}
