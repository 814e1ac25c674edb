using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining.Baselines;

/// <summary>A question about images that has a right answer.</summary>
internal interface IClassifyingTask
{
    /// <summary>Name of the stage that trains it.</summary>
    string Name { get; }

    /// <summary>Number of possible answers.</summary>
    int Classes { get; }

    /// <summary>What a batch asks.</summary>
    /// <param name="images">(B, 3, S, S) in [-1, 1].</param>
    /// <param name="indices">Which images of the set these are.</param>
    /// <returns>Images (N, 3, S, S) and the N right answers, 0 to <see cref="Classes"/> - 1.</returns>
    (Tensor Images, long[] Answers) Ask(Tensor images, IReadOnlyList<int> indices);
}
