using SpotArtifacts.Damage;
using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using static TorchSharp.torch;

namespace SpotArtifacts.Repair;

/// <summary>The repair network's objective (method.md section 4).</summary>
/// <param name="CrossEntropy">Mean softmax cross-entropy over the same 2B logits with the labels swapped (demo objective: plus
/// C's own loss).</param>
/// <param name="SquaredError">Already weighted; null where no mask says what was kept.</param>
public sealed record RepairLoss(Tensor CrossEntropy, Tensor? SquaredError)
{
    /// <summary>Sum of the parts, without weight decay.</summary>
    public Tensor Total => SquaredError is null ? CrossEntropy : CrossEntropy.Plus(SquaredError);

    /// <summary>Loss of repaired images.</summary>
    /// <param name="verdict">C's verdict on clean and corrupt images.</param>
    /// <param name="spotting">C's loss on the same verdict, for the demo objective.</param>
    /// <param name="images">What was encoded, (B, 3, S, S).</param>
    /// <param name="repaired">What came out, (B, 3, S, S).</param>
    /// <param name="mask">Which entries were kept; null when the images come from noise.</param>
    /// <param name="options">Weight and objective.</param>
    public static RepairLoss Of(Verdict verdict, SpottingLoss spotting, Tensor images, Tensor repaired, KeepMask? mask,
        SpottingOptions options)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        ArgumentNullException.ThrowIfNull(spotting);
        ArgumentNullException.ThrowIfNull(options);
        Tensor swapped = Operations.SoftmaxCrossEntropy(
            verdict.ClassLogits, SpottingLoss.Labels(verdict.ClassLogits, SpottingLoss.Corrupt, SpottingLoss.Real));
        if (options.Objective == RepairObjective.Demo)
            swapped = swapped.Plus(spotting.Total);
        return new RepairLoss(swapped, mask is null ? null
            : KeptSquaredError(images, repaired, mask).Times(options.ReconstructionWeight));
    }

    /// <summary>sum(Omega_up * (x - corrupt)^2) / (number of kept elements, channels counted); 0 when nothing was kept.</summary>
    public static Tensor KeptSquaredError(Tensor images, Tensor repaired, KeepMask mask)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(mask);
        Tensor kept = mask.At(images.shape[2], images.shape[3]);
        // Ranks keep different numbers: over the global batch, the mean of their losses is the loss of all.
        Tensor count = RankGroup.Mean(kept.sum().Times(images.shape[1])).AtLeast(1);
        return (kept * (images - repaired).Squared()).sum() / count;
    }
}
