using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining.Baselines;

/// <summary>
/// By how many quarter turns is the image turned? Each image of a batch is asked in all four ways, as in RotNet
/// (gidariss/FeatureLearningRotNet <c>dataloader.py</c>), so that a step sees 4B images.
/// </summary>
internal sealed class RotationTask : IClassifyingTask
{
    private const int Turns = 4;

    /// <inheritdoc/>
    public string Name => "rotation";

    /// <inheritdoc/>
    public int Classes => Turns;

    /// <summary>All images as they are, then all turned once counter-clockwise, twice, three times.</summary>
    /// <inheritdoc/>
    public (Tensor Images, long[] Answers) Ask(Tensor images, IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(images);
        Tensor turned = cat([.. Enumerable.Range(0, Turns).Select(turns => images.rot90(turns, (2, 3)))], 0);
        return (turned.ToChannelsLast(),
            [.. Enumerable.Range(0, Turns).SelectMany(turns => Enumerable.Repeat((long)turns, (int)images.shape[0]))]);
    }
}
