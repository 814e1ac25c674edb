using SpotArtifacts.Networks;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

// B images of a batch, N images that are asked, S image side, K5 channels and M rows and columns of conv5.

/// <summary>
/// A question that the discriminator's layers are trained by, in place of the game: what is done to a batch, what answers, and how
/// wrong an answer is. Loop, augmentation, optimiser, checkpoints and export are those of the method, so that features can be compared.
/// </summary>
/// <remarks>
/// Called on the thread that trains, inside a dispose scope: what a call makes is freed when the step is over.
/// <c>rotation</c> and <c>labels</c> are pretexts of this kind.
/// </remarks>
public interface IPretext
{
    /// <summary>
    /// Its name, which is that of its stage in progress, metrics and checkpoints: a lower-case letter, then lower-case letters,
    /// digits, - and _.
    /// </summary>
    string Name { get; }

    /// <summary>Logits of the method's class head, 2 or more; ignored where <see cref="CreateHead"/> gives another head.</summary>
    int Classes => 0;

    /// <summary>
    /// Name of the loss in metrics, behind <c>loss.</c>; the pretext's unless said here.
    /// </summary>
    string LossName => Name;

    /// <summary>Makes the head: conv5 after ReLU, (N, K5, M, M) in Float32, to answers (N, ...).</summary>
    /// <param name="network">Sizes: K5 is the last of <see cref="NetworkOptions.DiscriminatorWidths"/>, M the
    /// <see cref="NetworkOptions.KeepMaskGrid"/>.</param>
    /// <returns>
    /// A new module, which the run trains, saves as <c>discriminator.head.*</c> and disposes; null for the method's class head
    /// (<c>fc1</c>, <c>fc2</c>), with <see cref="Classes"/> logits. Weights of two dimensions and more decay as the method's do.
    /// What it draws from torch's default generator is drawn anew from the recipe's seed at each step, so that a resumed run is equal
    /// to an uninterrupted one.
    /// </returns>
    nn.Module<Tensor, Tensor>? CreateHead(NetworkOptions network) => null;

    /// <summary>What a batch asks.</summary>
    /// <param name="images">(B, 3, S, S) in [-1, 1], augmented; not to be changed in place.</param>
    /// <param name="indices">Which images of the set these are, B numbers.</param>
    /// <param name="random">Source of randomness, on the CPU; saved in checkpoints.</param>
    PretextBatch Ask(Tensor images, IReadOnlyList<int> indices, Generator random);

    /// <summary>How wrong answers are: a scalar, the mean over the images.</summary>
    /// <param name="answers">What the head says: (N, ...), of the class head logits (N, <see cref="Classes"/>).</param>
    /// <param name="targets">What <see cref="Ask"/> gave.</param>
    Tensor Loss(Tensor answers, Tensor targets);

    /// <summary>Further numbers for metrics, computed where metrics are written: names without <c>loss.</c></summary>
    /// <param name="answers">What the head says.</param>
    /// <param name="targets">What <see cref="Ask"/> gave.</param>
    IEnumerable<(string Name, double Value)> Measure(Tensor answers, Tensor targets) => [];
}

/// <summary>What is asked of the discriminator in a step.</summary>
/// <param name="Images">(N, 3, S, S) in [-1, 1]; N need not be the batch's B.</param>
/// <param name="Targets">What <see cref="IPretext.Loss"/> compares answers with, of any shape and type.</param>
public sealed record PretextBatch(Tensor Images, Tensor Targets);
