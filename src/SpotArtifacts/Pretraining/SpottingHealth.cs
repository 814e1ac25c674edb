using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>Numbers that tell without labels whether the game is being played: the losses of two opponents do not.</summary>
public static class SpottingHealth
{
    /// <summary>
    /// Share of clean and of repaired images that C judges rightly; area under the ROC curve of its keep-mask logits on corrupt
    /// images (0.5 = chance); feature spread (1 = directions spread evenly, 0 = all images alike); share of turns that it tells
    /// rightly (0.25 = chance).
    /// </summary>
    public static IReadOnlyList<(string Name, double Value)> Measure(SpottingObservation seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        float[] logits = seen.Verdict.ClassLogits.ToArray<float>();
        int half = logits.Length / 4;
        List<(string, double)> values =
        [
            ("right_on_clean", Enumerable.Range(0, half).Count(i => logits[2 * i + 1] > logits[2 * i]) / (double)half),
            ("right_on_repaired", Enumerable.Range(half, half).Count(i => logits[2 * i + 1] < logits[2 * i]) / (double)half),
        ];
        if (seen.Verdict.MaskLogits is { } mask && seen.Mask is { } target)
            values.Add(("mask_auc", AreaUnderRoc(mask.narrow(0, half, half).ToArray<float>(), target.Values.ToArray<float>())));
        values.Add(("feature_spread", FeatureSpread(seen.Verdict.Conv5.narrow(0, 0, half))));
        if (seen.Turns is { } turns)
            values.Add(("right_on_turns", turns.Right().item<float>()));
        return values;
    }

    /// <summary>
    /// Probability that a kept entry scores above a dropped one; ties count half; NaN when one kind is absent or a score is NaN.
    /// </summary>
    internal static double AreaUnderRoc(float[] scores, float[] targets)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(targets);
        // NaN equals nothing, itself included: the ranks below would never end.
        if (scores.Any(float.IsNaN))
            return double.NaN;
        int[] order = [.. Enumerable.Range(0, scores.Length)];
        Array.Sort([.. scores], order);
        double rankSum = 0, positives = 0;
        for (int first = 0; first < order.Length;)
        {
            int next = first;
            while (next < order.Length && scores[order[next]] == scores[order[first]])
                next++;
            double rank = (first + 1 + next) / 2.0;
            for (int i = first; i < next; i++)
                if (targets[order[i]] > 0.5f)
                    (rankSum, positives) = (rankSum + rank, positives + 1);
            first = next;
        }
        double negatives = order.Length - positives;
        return (rankSum - positives * (positives + 1) / 2) / (positives * negatives);
    }

    /// <summary>
    /// Mean deviation of the L2-normalised, spatially averaged features over the images, times the root of their number of
    /// channels: the collapse measure of the self-supervised literature.
    /// </summary>
    /// <param name="features">(B, C, H, W).</param>
    internal static double FeatureSpread(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        Tensor pooled = features.mean([2, 3]);
        Tensor unit = pooled / pooled.Squared().sum([1], keepdim: true).sqrt().AtLeast(1e-12);
        Tensor variance = (unit - unit.mean([0], keepdim: true)).Squared().mean([0]);
        return variance.sqrt().mean().item<float>() * Math.Sqrt(features.shape[1]);
    }
}
