namespace SpotArtifacts.Features.Onnx;

/// <summary>
/// All layers to one vector, as nodes of a graph. Each layer's quarters are square roots, which keeps single strong channels from
/// deciding, at length 1, so that no layer does either; joined, they are centred and projected (<see cref="Whitening"/>), and the
/// result has length 1.
/// </summary>
internal static class WhiteningNodes
{
    /// <summary>The nodes whose second inputs are the mean and the projection.</summary>
    internal const string Centred = "whitened_centred", Projected = "whitened_projected";

    /// <summary>What the vector is.</summary>
    internal const string Description =
        "quarters of all layers, square roots at length 1 each, joined, centred, projected on principal directions, at length 1";

    // Lengths below are those of zeros.
    private const float LeastLength = 1e-12f;

    /// <summary>Numbers of the joined vector, W.</summary>
    internal static long Width(IReadOnlyList<LayerDescription> layers) =>
        layers.Sum(layer => PoolingNodes.Shape(layer, FeaturePooling.Grid)[0]);

    /// <summary>Adds the nodes that join the layers of a graph.</summary>
    /// <returns>The joined vector's name.</returns>
    internal static string Join(OnnxGraph graph, IReadOnlyList<LayerDescription> layers)
    {
        List<string> parts = [];
        foreach (LayerDescription layer in layers)
        {
            string name = $"whitened_{layer.Layer.Name()}";
            string roots = graph.Add("Sqrt", $"{name}_roots", [PoolingNodes.AddPooled(graph, layer, FeaturePooling.Grid, name)]);
            parts.Add(AddUnit(graph, roots, $"{name}_unit"));
        }
        return graph.Add("Concat", "whitened_joined", [.. parts], OnnxGraph.Attribute("axis", 1));
    }

    /// <summary>Adds the whitened vector, <see cref="ModelValues.Whitened"/>, as an output.</summary>
    internal static void Add(OnnxGraph graph, IReadOnlyList<LayerDescription> layers, Whitening whitening)
    {
        long width = whitening.Mean.Length, dimensions = whitening.Dimensions;
        string mean = graph.Constant("whitening.mean", whitening.Mean, 1, width),
            projection = graph.Constant("whitening.projection", whitening.Projection, width, dimensions);
        string centred = graph.Add("Sub", Centred, [Join(graph, layers), mean]);
        string projected = graph.Add("MatMul", Projected, [centred, projection]);
        AddUnit(graph, projected, ModelValues.Whitened);
        graph.Output(ModelValues.Whitened, Description, dimensions);
    }

    // x over its length, in operators that mean the same in all operator sets an export may have: ReduceL2 does not.
    private static string AddUnit(OnnxGraph graph, string x, string name)
    {
        string squares = graph.Add("Mul", $"{name}_squares", [x, x]);
        string sum = graph.Add("ReduceSum", $"{name}_sum", [squares, graph.Constant($"{name}.axis", [1L], 1)]);
        string length = graph.Add(
            "Max", $"{name}_length", [graph.Add("Sqrt", $"{name}_root", [sum]), graph.Constant($"{name}.least", [LeastLength])]);
        return graph.Add("Div", name, [x, length]);
    }
}
