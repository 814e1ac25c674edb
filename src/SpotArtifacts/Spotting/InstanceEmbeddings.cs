using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Spotting;

/// <summary>
/// "Which of these show the same image?", asked of the discriminator beside the rotation question (method.md section 8): the
/// views of one image in one turn are to be more alike than any others. The same image in another turn counts as another.
/// </summary>
/// <remarks>
/// The loss is that of contrastive learning (Chen et al. 2020, google-research/simclr); turned images are different ones beside
/// the question of their turn as in Tack et al. 2020 (alinlab/CSI).
/// </remarks>
/// <param name="values">(V, width); the views of an image in a turn stand in a row.</param>
internal sealed class InstanceEmbeddings(Tensor values)
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
        Tensor unit = Unit(values);
        Tensor likeness = unit.matmul(unit.t()).Over(temperature);
        (Tensor same, Tensor self) = Pairs();
        // None is to be found by itself: far below any cosine over a temperature.
        Tensor logits = likeness.Plus(self, -1e9);
        Tensor found = logits - logits.logsumexp(1, keepdim: true);
        return (found * same).sum().negative().Over(values.shape[0] * (Views - 1));
    }

    /// <summary>(N, width), each brought to length 1.</summary>
    internal static Tensor Unit(Tensor values) => values / values.Squared().sum(1, keepdim: true).sqrt().AtLeast(1e-6);

    // Whether two embeddings are of the same image and turn but not the same one, and whether they are the same one: (V, V), 0 or 1.
    private (Tensor Same, Tensor Self) Pairs()
    {
        int count = (int)values.shape[0];
        long[] shown = [.. Enumerable.Range(0, count).Select(i => (long)(i / Views))];
        Tensor image = TensorData.From<long>(shown, count).Send(values.device), self = eye(count, device: values.device);
        return (image.unsqueeze(0).eq(image.unsqueeze(1)).to(ScalarType.Float32) - self, self);
    }
}
