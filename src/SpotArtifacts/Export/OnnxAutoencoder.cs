using SpotArtifacts.Engine;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Networks;

namespace SpotArtifacts.Export;

/// <summary>D(E(x)) as a part of an ONNX graph, from pixels to pixels.</summary>
internal static class OnnxAutoencoder
{
    /// <summary>Adds it to a graph that has <see cref="ModelValues.Pixels"/>, and declares its output.</summary>
    internal static void Add(OnnxGraph graph, FoldedAutoencoder network, int imageSize)
    {
        string half = graph.Constant("half_range", [PixelScale.Half]);
        string x = graph.Add("Div", "signed_shifted", [graph.Add("Sub", "signed_centered", [ModelValues.Pixels, half]), half]);
        // 3x3 with one pixel around, 2x2 without.
        foreach (FoldedLayer layer in network.Encoder)
            x = AddBlock(graph, layer, x, ((int)layer.Shape[2] - 1) / 2);
        string scales = graph.Constant("doubling", [1f, 1f, 2f, 2f], 4);
        foreach (FoldedLayer layer in network.Decoder)
        {
            string doubled = graph.Add("Resize", $"{layer.Name}_doubled", [x, "", scales],
                OnnxGraph.Attribute("mode", "linear"), OnnxGraph.Attribute("coordinate_transformation_mode", "half_pixel"));
            x = AddBlock(graph, layer, doubled, 1);
        }
        string image = graph.Add("Tanh", "decoder.image", [Convolution(graph, network.Out, x, 1)]);
        graph.Add("Add", ModelValues.Autoencoded, [graph.Add("Mul", "decoder.scaled", [image, half]), half]);
        graph.Output(ModelValues.Autoencoded, "the images through the autoencoder, RGB from 0 to 255, (N, 3, rows, columns)", 3,
            imageSize, imageSize);
    }

    private static string AddBlock(OnnxGraph graph, FoldedLayer layer, string x, int padding) =>
        graph.Add("LeakyRelu", layer.Name, [Convolution(graph, layer, x, padding)],
            OnnxGraph.Attribute("alpha", (float)NormalizedConvolution.Slope));

    private static string Convolution(OnnxGraph graph, FoldedLayer layer, string x, int padding) =>
        OnnxDiscriminator.AddConvolution(graph, layer, $"{layer.Name}_linear", x, new SamePadding(padding, padding));
}
