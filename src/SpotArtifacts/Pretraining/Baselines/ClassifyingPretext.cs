using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining.Baselines;

/// <summary>A pretext that has a right answer among a few, given by the method's class head.</summary>
internal abstract class ClassifyingPretext : IPretext
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>Number of possible answers.</summary>
    public abstract int Classes { get; }

    /// <inheritdoc/>
    public string LossName => "classification";

    /// <inheritdoc/>
    public PretextBatch Ask(Tensor images, IReadOnlyList<int> indices, Generator random)
    {
        ArgumentNullException.ThrowIfNull(images);
        (Tensor asked, long[] answers) = Ask(images, indices);
        return new(asked, TensorData.From<long>(answers, answers.Length).Send(asked.device));
    }

    /// <summary>Images (N, 3, S, S) and the N right answers, 0 to <see cref="Classes"/> - 1.</summary>
    public abstract (Tensor Images, long[] Answers) Ask(Tensor images, IReadOnlyList<int> indices);

    /// <inheritdoc/>
    public Tensor Loss(Tensor answers, Tensor targets) => Operations.SoftmaxCrossEntropy(answers, targets);

    /// <summary>The share of right answers.</summary>
    /// <inheritdoc/>
    public IEnumerable<(string Name, double Value)> Measure(Tensor answers, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(answers);
        long[] said = answers.argmax(1).ToArray<long>(), right = targets.ToArray<long>();
        return [("right", (double)said.Where((answer, i) => answer == right[i]).Count() / right.Length)];
    }
}
