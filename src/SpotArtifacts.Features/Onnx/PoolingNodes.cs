namespace SpotArtifacts.Features.Onnx;

/// <summary>A layer's grid to vectors, as nodes of a graph: what an export's vector and a model's features are made by.</summary>
internal static class PoolingNodes
{
    /// <summary>Numbers of a pooled vector.</summary>
    internal static long[] Shape(LayerDescription layer, FeaturePooling pooling) => pooling switch
    {
        FeaturePooling.Mean or FeaturePooling.Max => [layer.Channels],
        FeaturePooling.Grid => [4L * layer.Channels],
        _ => [layer.Channels, layer.Grid, layer.Grid],
    };

    /// <summary>Adds nodes and declares their result, (N, D), as an output.</summary>
    /// <param name="graph">Computes the layer.</param>
    /// <param name="layer">Which layer.</param>
    /// <param name="pooling">How its grid becomes a vector.</param>
    /// <param name="name">The output's name.</param>
    internal static void Add(OnnxGraph graph, LayerDescription layer, FeaturePooling pooling, string name)
    {
        string grid = layer.Layer.Name();
        string what = pooling switch
        {
            FeaturePooling.Mean => $"mean of {grid} over all positions",
            FeaturePooling.Max => $"largest of {grid} over all positions",
            FeaturePooling.Grid => $"mean of {grid} over each quarter of its positions",
            _ => $"all of {grid}",
        };
        AddPooled(graph, layer, pooling, name);
        graph.Output(name, what, Shape(layer, pooling).Aggregate(1L, (a, b) => a * b));
    }

    /// <summary>Adds nodes whose result is (N, D).</summary>
    /// <returns>Its name, which is <paramref name="name"/>.</returns>
    internal static string AddPooled(OnnxGraph graph, LayerDescription layer, FeaturePooling pooling, string name)
    {
        string grid = layer.Layer.Name(), pooled = $"{name}_grid";
        grid = pooling switch
        {
            FeaturePooling.Mean => graph.Add("GlobalAveragePool", pooled, [grid]),
            FeaturePooling.Max => graph.Add("GlobalMaxPool", pooled, [grid]),
            FeaturePooling.Grid => AddQuarters(graph, layer.Grid, grid, pooled),
            _ => grid,
        };
        return graph.Add("Flatten", name, [grid]);
    }

    // Two windows along each side, from floor(i * side / 2) to ceil((i + 1) * side / 2): of an odd side both have the middle.
    private static string AddQuarters(OnnxGraph graph, int side, string grid, string name)
    {
        if (side == 1)
            return graph.Add("Tile", name, [grid, graph.Constant($"{name}_repeats", [1L, 1, 2, 2], 4)]);
        long window = (side + 1) / 2, step = side / 2;
        return graph.Add("AveragePool", name, [grid], OnnxGraph.Attribute("kernel_shape", [window, window]),
            OnnxGraph.Attribute("strides", [step, step]));
    }
}
