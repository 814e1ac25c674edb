using SpotArtifacts.Networks;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Trunk;

/// <summary>
/// One parameter layer of a network that is a plain chain, with what lies between the layer before it and itself.
/// </summary>
/// <param name="Name">Name in messages.</param>
/// <param name="Layer">The convolution; a fully connected layer is one of kernel 1 (or of the whole grid).</param>
/// <param name="Before">From the previous layer's output (or the images) to this layer's input: activation, pooling,
/// normalisation.</param>
internal sealed record ChainLayer(string Name, Convolution Layer, Func<Tensor, Tensor> Before)
{
    /// <summary>Runs images through a chain: the last layer's output, before any activation.</summary>
    internal static Tensor Run(IEnumerable<ChainLayer> chain, Tensor images) =>
        chain.Aggregate(images, (x, layer) => layer.Layer.forward(layer.Before(x)));
}
