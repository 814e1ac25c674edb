using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Transfer.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>One fine-tuning: which images, how long, how fast.</summary>
/// <param name="Rows">Numbers of the training images.</param>
/// <param name="Steps">Steps, 1 or more.</param>
/// <param name="Batch">Images of a step.</param>
/// <param name="Rate">First learning rate.</param>
/// <param name="Seed">Seed of order, views, head and dropout.</param>
internal sealed record FineTuningPlan(int[] Rows, int Steps, int Batch, double Rate, ulong Seed);

/// <summary>Trains and tests one fine-tuned network.</summary>
internal sealed class FineTuningRun(FineTunedNetwork network, int imageSize, EvaluationContext context)
{
    private const int TestBatch = 250;

    /// <summary>The random views of training.</summary>
    internal static AugmentationOptions Views { get; } = new();

    /// <summary>The rate's schedule: that of pre-training (method.md section 4).</summary>
    internal static LinearDecay Schedule(double rate, int steps) => new(rate, steps);

    /// <summary>All steps of a plan.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="stretch">Told of every step.</param>
    /// <param name="before">Steps of the stretch done before.</param>
    /// <exception cref="SpotException">The loss is not finite any more.</exception>
    internal void Train(FineTuningPlan plan, EvaluationProgress.Stretch stretch, long before)
    {
        LabelledImages images = context.Data.Train;
        int[] sequence = [.. Sequence(plan).Select(row => images.Indices[row])];
        int batch = Math.Min(plan.Batch, plan.Rows.Length);
        var view = new StreamView(new Augmentation(Views, imageSize), plan.Seed);
        LinearDecay rate = Schedule(plan.Rate, plan.Steps);
        foreach (LoadedBatch loaded in BatchLoader.Pass(images.Images, sequence, view, batch))
        {
            context.Stop.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor labels = TensorData.From<long>([.. loaded.Indices.Select(index => (long)images.ClassOf(index))],
                loaded.Count);
            float loss = network.Step(ToTensor(loaded), labels, rate.At(loaded.Step));
            if (!float.IsFinite(loss))
                throw new SpotException(
                    $"fine-tuning: the loss is {loss} at step {loaded.Step}; lower it with --set finetune.rate=");
            stretch.Report(before + loaded.Step + 1, ("loss", loss));
            loaded.Dispose();
        }
    }

    /// <summary>Scores of images, row by row: N * K numbers.</summary>
    /// <param name="images">Which set.</param>
    /// <param name="rows">Numbers of its images.</param>
    internal (float[] Scores, int[] Labels) Test(LabelledImages images, IReadOnlyList<int> rows)
    {
        var scores = new List<float>();
        int[] indices = [.. rows.Select(row => images.Indices[row])];
        foreach (LoadedBatch loaded in BatchLoader.Pass(images.Images, indices, new EvaluationView(imageSize), TestBatch))
        {
            context.Stop.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            scores.AddRange(network.Scores(ToTensor(loaded)).ToArray<float>());
            loaded.Dispose();
        }
        return ([.. scores], [.. indices.Select(images.Images.Label)]);
    }

    /// <summary>
    /// Images of all steps end to end: pass after pass, each in an order of its own; every step has the same number of images.
    /// </summary>
    private static IEnumerable<int> Sequence(FineTuningPlan plan)
    {
        long left = (long)plan.Steps * Math.Min(plan.Batch, plan.Rows.Length);
        for (ulong pass = 0; left > 0; pass++)
        {
            foreach (int i in SeededRandom.Permutation(plan.Rows.Length, SeededRandom.Mix(plan.Seed, pass)))
            {
                if (left-- == 0)
                    yield break;
                yield return plan.Rows[i];
            }
        }
    }

    private static Tensor ToTensor(LoadedBatch batch) =>
        TensorData.From<float>(batch.Pixels, batch.Count, 3, batch.Size, batch.Size).ToChannelsLast();

    /// <summary>Random views of a stream of their own: the place in the sequence and the plan's seed decide them.</summary>
    private sealed class StreamView(IImageView view, ulong stream) : IImageView
    {
        public int Size => view.Size;

        public DecodeTarget Target => view.Target;

        public void Apply(RgbImage image, ulong seed, Span<float> destination) =>
            view.Apply(image, SeededRandom.Mix(stream, seed), destination);
    }
}
