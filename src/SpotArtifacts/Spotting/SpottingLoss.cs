using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Spotting;

/// <summary>
/// The discriminator's objective: mean softmax cross-entropy over 2B images + lambda * mean mask cross-entropy (method.md section
/// 4).
/// </summary>
/// <param name="CrossEntropy">Mean over clean (label 1) and corrupt (label 0) images.</param>
/// <param name="Mask">Already weighted by lambda; null without keep-mask head.</param>
public sealed record SpottingLoss(Tensor CrossEntropy, Tensor? Mask)
{
    /// <summary>Class index of clean images.</summary>
    public const long Real = 1;

    /// <summary>Class index of corrupt images.</summary>
    public const long Corrupt = 0;

    /// <summary>Cross-entropy of the rotation question, already weighted; null where it is not asked.</summary>
    public Tensor? Rotation { get; init; }

    /// <summary>Loss of the instance question, already weighted; null where it is not asked.</summary>
    public Tensor? Instance { get; init; }

    /// <summary>Sum of the parts, without weight decay.</summary>
    public Tensor Total
    {
        get
        {
            Tensor total = CrossEntropy;
            foreach (Tensor? part in (Tensor?[])[Mask, Rotation, Instance])
                total = part is null ? total : total.Plus(part);
            return total;
        }
    }

    /// <summary>Loss of a verdict on B clean and B corrupt images.</summary>
    /// <param name="verdict">Clean images first.</param>
    /// <param name="mask">Mask of the corrupt half; the clean half's target is all ones.</param>
    /// <param name="maskWeight">Lambda.</param>
    public static SpottingLoss Of(Verdict verdict, KeepMask? mask, double maskWeight)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        Tensor crossEntropy = Operations.SoftmaxCrossEntropy(verdict.ClassLogits, Labels(verdict.ClassLogits, Real, Corrupt));
        if (verdict.MaskLogits is null || mask is null)
            return new SpottingLoss(crossEntropy, null);
        Tensor targets = cat([mask.Values.ones_like(), mask.Values], 0);
        return new SpottingLoss(crossEntropy, functional.binary_cross_entropy_with_logits(verdict.MaskLogits, targets)
            .Times(maskWeight));
    }

    /// <summary>Labels (2B): the first half one class, the second half the other.</summary>
    internal static Tensor Labels(Tensor logits, long first, long second)
    {
        long half = logits.size(0) / 2;
        return cat([TensorArithmetic.Full(first, ScalarType.Int64, logits.device, half),
            TensorArithmetic.Full(second, ScalarType.Int64, logits.device, half)]);
    }
}
