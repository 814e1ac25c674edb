using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Spotting;

namespace SpotArtifacts.Export;

/// <summary>
/// Local response normalisation, x / (1 + alpha * sum of squares over 5 channels)^0.75, out of operators that every runtime
/// computes fast:
/// ONNX Runtime's own LRN takes a quarter of the whole network's time on a CPU, this takes a fortieth. Measured beside it: the
/// sum by a banded 1x1
/// convolution or a matrix product, and Pow; all slower.
/// </summary>
internal static class OnnxResponseNorm
{
    /// <summary>Adds it.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="name">Of the result.</param>
    /// <param name="x">(N, C, rows, columns).</param>
    /// <param name="channels">C.</param>
    /// <param name="side">Rows, and columns.</param>
    internal static string Add(OnnxGraph graph, string name, string x, int channels, int side)
    {
        const int window = Discriminator.ResponseWindow, beside = window / 2;
        string squares = graph.Add("Mul", $"{name}_squares", [x, x]);
        // Channels become rows, so that pooling goes over them; zeros beyond the first and the last count as members, which makes
        // mean * 5 the sum.
        string rows = Reshape(graph, $"{name}_rows", squares, 0, 1, channels, (long)side * side);
        string means = graph.Add("AveragePool", $"{name}_means", [rows],
            OnnxGraph.Attribute("kernel_shape", [window, 1]), OnnxGraph.Attribute("strides", [1, 1]),
            OnnxGraph.Attribute("pads", [beside, 0, beside, 0]), OnnxGraph.Attribute("count_include_pad", 1));
        string grids = Reshape(graph, $"{name}_grids", means, 0, channels, side, side);
        string factor = graph.Constant($"{name}_alpha", [(float)(Discriminator.ResponseAlpha * window)]);
        string d = graph.Add(
            "Add", $"{name}_sums", [graph.Add("Mul", $"{name}_scaled", [grids, factor]), graph.Constant($"{name}_one", [1f])]);
        // d^0.75 = sqrt(d) * sqrt(sqrt(d))
        string root = graph.Add("Sqrt", $"{name}_root", [d]);
        string power = graph.Add("Mul", $"{name}_power", [root, graph.Add("Sqrt", $"{name}_fourth_root", [root])]);
        return graph.Add("Div", name, [x, power]);
    }

    private static string Reshape(OnnxGraph graph, string name, string x, params ReadOnlySpan<long> shape) =>
        graph.Add("Reshape", name, [x, graph.Constant($"{name}_shape", shape, shape.Length)]);
}
