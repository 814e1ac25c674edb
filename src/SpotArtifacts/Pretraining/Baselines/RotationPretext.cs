using SpotArtifacts.Spotting;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining.Baselines;

/// <summary>
/// By how many quarter turns is the image turned? Each image of a batch is asked in all four ways, as in RotNet
/// (gidariss/FeatureLearningRotNet <c>dataloader.py</c>), so that a step sees 4B images.
/// </summary>
internal sealed class RotationPretext : ClassifyingPretext
{
    /// <inheritdoc/>
    public override string Name => "rotation";

    /// <inheritdoc/>
    public override int Classes => QuarterTurns.Count;

    /// <summary>All images as they are, then all turned once counter-clockwise, twice, three times.</summary>
    /// <inheritdoc/>
    public override (Tensor Images, long[] Answers) Ask(Tensor images, IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(images);
        return (QuarterTurns.All(images), [.. Enumerable.Range(0, QuarterTurns.Count)
            .SelectMany(turns => Enumerable.Repeat((long)turns, (int)images.shape[0]))]);
    }
}
