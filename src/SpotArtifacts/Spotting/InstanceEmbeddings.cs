using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Spotting;

/// <summary>
/// "Which of these show the same image?", asked of the discriminator beside the rotation question (method.md section 8): the turns
/// and views of one image are to be more alike than those of different images.
/// </summary>
/// <remarks>
/// The loss is that of contrastive learning with several likes (Chen et al. 2020, google-research/simclr; Khosla et al. 2020);
/// that it goes with rotation prediction, which by itself keeps what changes with the turn, is known from Feng et al. 2019
/// (rotation feature decoupling).
/// </remarks>
/// <param name="values">(turns x N, width): all images in the first turn, then in the second, ...; N holds the views of an image
/// in a row.</param>
/// <param name="turns">How often each is there.</param>
internal sealed class InstanceEmbeddings(Tensor values, int turns)
{
    /// <summary>Views of each image in a batch.</summary>
    public const int Views = 2;

    /// <summary>Numbers of an embedding.</summary>
    public const int Width = 64;

    /// <summary>
    /// Mean over all pairs of an image's embeddings of the softmax cross-entropy of finding one by the other among all, by their
    /// cosines over the temperature.
    /// </summary>
    public Tensor Loss(double temperature)
    {
        Tensor unit = values / values.Squared().sum(1, keepdim: true).sqrt().AtLeast(1e-6);
        Tensor likeness = unit.matmul(unit.t()).Over(temperature);
        (Tensor same, Tensor self) = Pairs();
        // None is to be found by itself: far below any cosine over a temperature.
        Tensor logits = likeness.Plus(self, -1e9);
        Tensor found = logits - logits.logsumexp(1, keepdim: true);
        return (found * same).sum().negative().Over(values.shape[0] * (turns * Views - 1));
    }

    // Whether two embeddings are of the same image but not the same one, and whether they are the same one: both (V, V), 0 or 1.
    private (Tensor Same, Tensor Self) Pairs()
    {
        int count = (int)values.shape[0], images = count / turns;
        long[] shown = [.. Enumerable.Range(0, count).Select(i => (long)(i % images / Views))];
        Tensor image = TensorData.From<long>(shown, count).Send(values.device), self = eye(count, device: values.device);
        return (image.unsqueeze(0).eq(image.unsqueeze(1)).to(ScalarType.Float32) - self, self);
    }
}
