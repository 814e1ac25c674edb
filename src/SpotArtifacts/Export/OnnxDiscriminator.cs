using SpotArtifacts.Engine;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using SpotArtifacts.Spotting.Trunks;

namespace SpotArtifacts.Export;

// N images, S image side, M bottleneck grid; K1..K5 widths of conv1..conv5.

/// <summary>
/// C as an ONNX graph of operators that have kept one meaning from operator set 13 to 18: preprocessing, conv1 to conv5, the
/// pooled vector, and the verdict. Padding stands there as numbers, never as auto_pad.
/// </summary>
internal sealed class OnnxDiscriminator
{
    private readonly FoldedNetworks _network;
    private readonly OnnxExportOptions _options;
    private readonly Pretext _pretext;
    private readonly OnnxGraph _graph;
    private readonly List<LayerDescription> _layers = [];

    private OnnxDiscriminator(OnnxGraph graph, FoldedNetworks network, Pretext pretext, OnnxExportOptions options) =>
        (_graph, _network, _pretext, _options) = (graph, network, pretext, options);

    /// <summary>Adds C to a graph that has <see cref="ModelValues.Pixels"/>.</summary>
    /// <returns>What its layers are.</returns>
    internal static IReadOnlyList<LayerDescription> Add(
        OnnxGraph graph, FoldedNetworks network, Pretext pretext, OnnxExportOptions options)
    {
        var builder = new OnnxDiscriminator(graph, network, pretext, options);
        string mean = graph.Constant("rgb_mean", [.. Discriminator.RgbMean], 1, 3, 1, 1);
        string conv5 = builder.AddTrunk(graph.Add("Sub", "centered", [ModelValues.Pixels, mean]));
        PoolingNodes.Add(graph, builder._layers.Single(layer => layer.Layer == options.VectorLayer), options.VectorPooling,
            ModelValues.Vector);
        if (options.Verdict && network.ClassHead is { } head)
            builder.AddVerdict(conv5, head.Hidden, head.Logits);
        return builder._layers;
    }

    /// <summary>Adds a convolution with its padding as numbers.</summary>
    internal static string AddConvolution(OnnxGraph graph, FoldedLayer layer, string name, string x, SamePadding padding)
    {
        long kernel = layer.Shape[2];
        return graph.Add("Conv", name, [x, Weight(graph, layer, layer.Shape), Bias(graph, layer)],
            OnnxGraph.Attribute("kernel_shape", [kernel, kernel]), OnnxGraph.Attribute("strides", [layer.Stride, layer.Stride]),
            Pads(padding), OnnxGraph.Attribute("group", layer.Groups));
    }

    /// <summary>conv1 to conv5, each after ReLU and before pooling.</summary>
    private string AddTrunk(string input)
    {
        string x = input;
        var cells = new Cells(_network.Options.ImageSize, 1, 0);
        Dictionary<string, FoldedLayer> folded = _network.Convolutions.ToDictionary(layer => layer.Name);
        foreach ((TrunkStage stage, FeatureLayer name) in _network.Trunk.Stages.Zip(FeatureLayers.All))
        {
            (x, cells) = stage.Convolution is { } layer
                ? AddRectified(folded[layer.Name], layer.Shape, name.Name(), x, cells)
                : AddBlocks(stage, folded, x, cells);
            int channels = stage.Convolutions.Last().Shape.Outputs;
            _layers.Add(new LayerDescription(name, channels, cells.Side, cells.Stride, cells.Offset));
            if (_options.Layers.Contains(name))
                _graph.Output(x, $"activations of {x} after ReLU, before pooling", channels, cells.Side, cells.Side);
            if (!stage.Pooled)
                continue;
            x = AddPool($"pool{(int)name}", x, cells.Side);
            cells = cells.Window(SamePadding.Of(cells.Side, Discriminator.PoolWindow, Discriminator.PoolStride),
                Discriminator.PoolWindow, Discriminator.PoolStride);
            if (stage.ResponseNorm)
                x = OnnxResponseNorm.Add(_graph, $"norm{(int)name}", x, channels, cells.Side);
        }
        return x;
    }

    private (string Value, Cells Cells) AddRectified(
        FoldedLayer layer, ConvolutionShape shape, string name, string x, Cells cells)
    {
        (string linear, Cells behind) = AddLinear(layer, shape, x, cells);
        return (_graph.Add("Relu", name, [linear]), behind);
    }

    private (string Value, Cells Cells) AddLinear(FoldedLayer layer, ConvolutionShape shape, string x, Cells cells)
    {
        SamePadding padding = shape.Same ? SamePadding.Of(cells.Side, shape.Kernel, shape.Stride)
            : new SamePadding(shape.Padding, shape.Padding);
        return (AddConvolution(_graph, layer, $"{layer.Name}_linear", x, padding),
            cells.Window(padding, shape.Kernel, shape.Stride));
    }

    // The last block's activation has the stage's name.
    private (string Value, Cells Cells) AddBlocks(
        TrunkStage stage, Dictionary<string, FoldedLayer> folded, string x, Cells cells)
    {
        for (int i = 0; i < stage.Blocks.Count; i++)
        {
            (TrunkConvolution first, TrunkConvolution second, TrunkConvolution? shortcut) = stage.Blocks[i];
            (string inner, Cells behind) = AddRectified(folded[first.Name], first.Shape, first.Name, x, cells);
            (string sum, behind) = AddLinear(folded[second.Name], second.Shape, inner, behind);
            string beside = shortcut is null ? x : AddLinear(folded[shortcut.Name], shortcut.Shape, x, cells).Value;
            sum = _graph.Add("Add", $"{stage.Name}.{i}_sum", [sum, beside]);
            (x, cells) = (_graph.Add("Relu", i + 1 == stage.Blocks.Count ? stage.Name : $"{stage.Name}.{i}", [sum]), behind);
        }
        return (x, cells);
    }

    // MaxPool pads with minus infinity by its definition.
    private string AddPool(string name, string x, int side)
    {
        const int window = Discriminator.PoolWindow, stride = Discriminator.PoolStride;
        return _graph.Add("MaxPool", name, [x],
            OnnxGraph.Attribute("kernel_shape", [window, window]), OnnxGraph.Attribute("strides", [stride, stride]),
            Pads(SamePadding.Of(side, window, stride)));
    }

    private void AddVerdict(string conv5, FoldedLayer hidden, FoldedLayer logits)
    {
        string linear = AddProduct(hidden, "fc1_linear", _graph.Add("Flatten", "conv5_flat", [conv5]));
        string scores = AddProduct(logits, "class_logits", _graph.Add("Relu", "fc1", [linear]));
        string probabilities = _graph.Add("Softmax", ModelValues.ClassProbabilities, [scores], OnnxGraph.Attribute("axis", 1));
        if (_pretext != Pretext.Spotting)
        {
            _graph.Output(probabilities, $"probabilities of the baseline's classes ({_pretext})", logits.Bias.Length);
            return;
        }
        string repaired = _graph.Constant("repaired_class", [(long)SpottingLoss.Corrupt]);
        _graph.Add("Gather", ModelValues.RepairedProbability, [probabilities, repaired], OnnxGraph.Attribute("axis", 1));
        _graph.Output(ModelValues.RepairedProbability, "how likely the image was repaired, 0 to 1");
        if (_network.MaskHead is not { } head)
            return;
        int grid = _network.Options.KeepMaskGrid;
        string keep = AddConvolution(_graph, head, "keep_mask_logits", conv5, SamePadding.Of(grid, 3, 1));
        _graph.Output(_graph.Add("Sigmoid", ModelValues.KeepMask, [keep]),
            "how likely each place was kept, 0 (repaired) to 1 (kept)", 1, grid, grid);
    }

    private string AddProduct(FoldedLayer layer, string name, string x)
    {
        string weight = Weight(_graph, layer, [layer.Bias.Length, layer.Weight.Length / layer.Bias.Length]);
        return _graph.Add("Gemm", name, [x, weight, Bias(_graph, layer)], OnnxGraph.Attribute("transB", 1));
    }

    private static string Weight(OnnxGraph graph, FoldedLayer layer, ReadOnlySpan<long> shape) =>
        graph.Constant($"{layer.Name}.weight", layer.Weight, shape);

    private static string Bias(OnnxGraph graph, FoldedLayer layer) =>
        graph.Constant($"{layer.Name}.bias", layer.Bias, layer.Bias.Length);

    private static AttributeProto Pads(SamePadding padding) =>
        OnnxGraph.Attribute("pads", [padding.Before, padding.Before, padding.After, padding.After]);

    // A grid of cells over the input: how many along a side, how far apart, and where the first one is centred, in input pixels.
    private readonly record struct Cells(int Side, int Stride, int Offset)
    {
        // Whatever the padding, a stride of s leaves ceil(side / s) of them here.
        internal Cells Window(SamePadding padding, int kernel, int stride) => new(
            SamePadding.OutputSize(Side, stride), Stride * stride, Offset + Stride * ((kernel - 1) / 2 - padding.Before));
    }
}
