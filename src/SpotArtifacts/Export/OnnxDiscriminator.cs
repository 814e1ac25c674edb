using SpotArtifacts.Export.Onnx;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using SpotArtifacts.Torch;

namespace SpotArtifacts.Export;

// N images, S image side, M bottleneck grid; K1..K5 widths of conv1..conv5.

/// <summary>
/// C as an ONNX graph of operators that have kept one meaning from operator set 13 to 18: preprocessing, conv1 to conv5, the pooled
/// vector, and the verdict. Padding stands there as numbers, never as auto_pad.
/// </summary>
internal sealed class OnnxDiscriminator
{
    private readonly FoldedDiscriminator _network;
    private readonly OnnxExportOptions _options;
    private readonly Pretext _pretext;
    private readonly OnnxGraph _graph = new("discriminator");

    private OnnxDiscriminator(FoldedDiscriminator network, Pretext pretext, OnnxExportOptions options) =>
        (_network, _pretext, _options) = (network, pretext, options);

    /// <summary>Builds the graph.</summary>
    internal static OnnxGraph Build(FoldedDiscriminator network, Pretext pretext, OnnxExportOptions options)
    {
        var builder = new OnnxDiscriminator(network, pretext, options);
        string conv5 = builder.AddTrunk(builder.AddInput());
        builder.AddPooled();
        if (options.Verdict) builder.AddVerdict(conv5);
        return builder._graph;
    }

    /// <summary>The input and its way to pixels 0 ... 255 minus the mean, (N, 3, S, S).</summary>
    private string AddInput()
    {
        long size = _network.Options.ImageSize;
        string mean = _graph.Constant("rgb_mean", [.. Discriminator.RgbMean], 1, 3, 1, 1);
        if (_options.Input == OnnxInput.Unit)
        {
            string unit = _graph.Input("input", TensorProto.Types.DataType.Float, "RGB from 0 to 1, (N, 3, rows, columns)", 3, size, size);
            return _graph.Add("Sub", "centered", [_graph.Add("Mul", "pixels", [unit, _graph.Constant("full_scale", [255f])]), mean]);
        }
        string bytes = _graph.Input("input", TensorProto.Types.DataType.Uint8, "RGB from 0 to 255, (N, rows, columns, 3)", size, size, 3);
        string planes = _graph.Add("Transpose", "planes", [bytes], OnnxGraph.Attribute("perm", [0, 3, 1, 2]));
        string pixels = _graph.Add("Cast", "pixels", [planes], OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Float));
        return _graph.Add("Sub", "centered", [pixels, mean]);
    }

    /// <summary>conv1 to conv5, each after ReLU and before pooling.</summary>
    private string AddTrunk(string input)
    {
        string x = input;
        int side = _network.Options.ImageSize;
        foreach (FoldedLayer layer in _network.Convolutions)
        {
            string convolved = AddConvolution(layer, $"{layer.Name}_linear", x, side);
            side = SamePadding.OutputSize(side, layer.Stride);
            x = _graph.Add("Relu", layer.Name, [convolved]);
            if (_options.Layers.Contains(layer.Name))
                _graph.Output(layer.Name, $"activations of {layer.Name} after ReLU, before pooling", layer.Bias.Length, side, side);
            if (layer.Name is not ("conv1" or "conv2")) continue;
            x = AddPoolAndNorm(layer.Name[^1..], x, side);
            side = SamePadding.OutputSize(side, Discriminator.PoolStride);
        }
        return x;
    }

    private string AddConvolution(FoldedLayer layer, string name, string x, int side)
    {
        long kernel = layer.Shape[2];
        return _graph.Add("Conv", name, [x, Weight(layer, layer.Shape), Bias(layer)],
            OnnxGraph.Attribute("kernel_shape", [kernel, kernel]), OnnxGraph.Attribute("strides", [layer.Stride, layer.Stride]),
            Pads(SamePadding.Of(side, (int)kernel, layer.Stride)), OnnxGraph.Attribute("group", layer.Groups));
    }

    // MaxPool pads with minus infinity by its definition. LRN divides alpha by its window, which this network's alpha is not.
    private string AddPoolAndNorm(string number, string x, int side)
    {
        const int window = Discriminator.PoolWindow, stride = Discriminator.PoolStride;
        string pooled = _graph.Add("MaxPool", $"pool{number}", [x],
            OnnxGraph.Attribute("kernel_shape", [window, window]), OnnxGraph.Attribute("strides", [stride, stride]), Pads(SamePadding.Of(side, window, stride)));
        return _graph.Add("LRN", $"norm{number}", [pooled],
            OnnxGraph.Attribute("size", Discriminator.ResponseWindow), OnnxGraph.Attribute("bias", 1f),
            OnnxGraph.Attribute("alpha", (float)(Discriminator.ResponseAlpha * Discriminator.ResponseWindow)),
            OnnxGraph.Attribute("beta", (float)Discriminator.ResponseBeta));
    }

    private void AddPooled()
    {
        string mean = _graph.Add("GlobalAveragePool", "output_grid", [_options.PooledLayer]);
        _graph.Add("Flatten", "output", [mean]);
        int index = Discriminator.FeatureLayers.ToList().IndexOf(_options.PooledLayer);
        _graph.Output("output", $"mean of {_options.PooledLayer} over all positions", _network.Convolutions[index].Bias.Length);
    }

    private void AddVerdict(string conv5)
    {
        FoldedLayer hidden = _network.Hidden, logits = _network.Logits;
        string flat = _graph.Add("Flatten", "conv5_flat", [conv5]);
        string linear = AddProduct(hidden, "fc1_linear", flat);
        string scores = AddProduct(logits, "class_logits", _graph.Add("Relu", "fc1", [linear]));
        string probabilities = _graph.Add("Softmax", "class_probabilities", [scores], OnnxGraph.Attribute("axis", 1));
        if (_pretext != Pretext.Spotting)
        {
            _graph.Output(probabilities, $"probabilities of the baseline's classes ({_pretext})", logits.Bias.Length);
            return;
        }
        _graph.Add("Gather", "repaired_probability", [probabilities, _graph.Constant("repaired_class", [(long)SpottingLoss.Corrupt])], OnnxGraph.Attribute("axis", 1));
        _graph.Output("repaired_probability", "how likely the image was repaired, 0 to 1");
        if (_network.MaskHead is not { } head) return;
        int grid = RecipeValidation.KeepMaskGrid(_network.Options);
        string keep = _graph.Add("Sigmoid", "keep_mask", [AddConvolution(head, "keep_mask_logits", conv5, grid)]);
        _graph.Output(keep, "how likely each place was kept, 0 (repaired) to 1 (kept)", 1, grid, grid);
    }

    private string AddProduct(FoldedLayer layer, string name, string x) =>
        _graph.Add("Gemm", name, [x, Weight(layer, [layer.Bias.Length, layer.Weight.Length / layer.Bias.Length]), Bias(layer)], OnnxGraph.Attribute("transB", 1));

    private string Weight(FoldedLayer layer, ReadOnlySpan<long> shape) => _graph.Constant($"{layer.Name}.weight", layer.Weight, shape);

    private string Bias(FoldedLayer layer) => _graph.Constant($"{layer.Name}.bias", layer.Bias, layer.Bias.Length);

    private static AttributeProto Pads(SamePadding padding) =>
        OnnxGraph.Attribute("pads", [padding.Before, padding.Before, padding.After, padding.After]);
}
