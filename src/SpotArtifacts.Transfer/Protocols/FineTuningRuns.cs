using SpotArtifacts.Images;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>The fine-tunings of one network: each by itself, so that processes can do them in turn.</summary>
internal sealed class FineTuningRuns(
    EvaluatedNetwork network, EvaluationContext<FineTuningOptions> context, EvaluationProgress.Stretch stretch)
{
    /// <summary>Top-1 accuracy on held-out training images, by which a rate is chosen.</summary>
    /// <param name="size">Labelled images of all classes; 0 for all.</param>
    /// <param name="seed">Decides everything random.</param>
    /// <param name="rate">First learning rate.</param>
    /// <param name="before">Fine-tunings before this one.</param>
    internal double Try(int size, ulong seed, double rate, int before)
    {
        int[] labels = context.Data.Train.Labels();
        (int[] kept, int[] held) = Split(Draw(size, seed), row => labels[row], context.Options.HeldOut, seed);
        return Run(kept, rate, seed, before, context.Data.Train, held);
    }

    /// <summary>Top-1 accuracy on the test images.</summary>
    /// <inheritdoc cref="Try"/>
    internal double Test(int size, ulong seed, double rate, int before) => Run(
        Draw(size, seed), rate, seed, before, context.Data.Test, [.. Enumerable.Range(0, context.Data.Test.Count)]);

    private int[] Draw(int size, ulong seed) =>
        [.. LabelSubset.Draw(context.Data.Train.Labels(), size, context.Data.Train.ClassCount, seed)];

    private double Run(int[] rows, double rate, ulong seed, int before, LabelledImages test, int[] testRows)
    {
        var plan = new FineTuningPlan(rows, context.Options.Steps, context.Options.Batch, rate, seed);
        using var tuned = new FineTunedNetwork(
            network.OpenDiscriminator((long)seed), network.Recipe.Network, context.Data.Train.ClassCount,
            context.Options, unchecked((long)seed));
        var run = new FineTuningRun(tuned, network.ImageSize, context);
        run.Train(plan, stretch, (long)before * plan.Steps);
        (float[] scores, int[] labels) = run.Test(test, testRows);
        return Metrics.TopKAccuracy(scores, labels);
    }

    /// <summary>Holds out a share of each class, at least one image and never all.</summary>
    internal static (int[] Kept, int[] Held) Split(int[] rows, Func<int, int> label, double share, ulong seed)
    {
        List<int> kept = [], held = [];
        foreach (IGrouping<int, int> of in rows.GroupBy(label).OrderBy(g => g.Key))
        {
            int[] members = [.. of];
            if (members.Length < 2)
                throw new SpotException(
                    $"a rate cannot be chosen with {members.Length} labelled image of class {of.Key}; give one rate, or more "
                        + "labels");
            int[] order = SeededRandom.Permutation(members.Length, SeededRandom.Mix(seed, (ulong)of.Key));
            int count = Math.Clamp((int)Math.Round(share * members.Length), 1, members.Length - 1);
            held.AddRange(order[..count].Select(i => members[i]));
            kept.AddRange(order[count..].Select(i => members[i]));
        }
        return ([.. kept.Order()], [.. held.Order()]);
    }
}
