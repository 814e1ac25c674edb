using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer;

/// <summary>How <see cref="LinearProbe"/> is trained.</summary>
public sealed record LinearProbeOptions
{
    /// <summary>Passes over the training rows.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Passes when rate and decay are being chosen.</summary>
    public int ChoiceEpochs { get; init; } = 10;

    /// <summary>Rows of one step.</summary>
    public int Batch { get; init; } = 128;

    /// <summary>Momentum of SGD (Nesterov).</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>
    /// Learning rates tried, all in the same passes; features are divided by the root of their number, so one scale fits all
    /// layers.
    /// </summary>
    public IReadOnlyList<double> LearningRates { get; init; } = [0.1, 0.3, 1, 3];

    /// <summary>L2 factors tried with each rate.</summary>
    public IReadOnlyList<double> WeightDecays { get; init; } = [1e-5, 1e-3];

    /// <summary>Share of the training rows held out to choose rate and decay; the probe is then trained on all rows.</summary>
    public double HeldOut { get; init; } = 0.1;

    /// <summary>Seed of the order of rows.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>What a probe found.</summary>
/// <param name="Top1">Fraction of test rows classified rightly.</param>
/// <param name="LearningRate">Chosen rate.</param>
/// <param name="WeightDecay">Chosen decay.</param>
public sealed record LinearProbeResult(double Top1, double LearningRate, double WeightDecay);

/// <summary>
/// Softmax regression on frozen features: each feature standardised (batch norm without scale and shift, as in RotNet's and
/// Zhang's probes), SGD with momentum, rate falling as a half cosine. Rate and decay are chosen on held-out training rows, never
/// on test rows.
/// </summary>
public sealed class LinearProbe(LinearProbeOptions options)
{

    /// <summary>Trains on one bank and tests on another.</summary>
    /// <param name="train">Standardised by its own mean and deviation, in a copy.</param>
    /// <param name="test">Standardised by the training bank's, in a copy.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="stop">Looked at between steps.</param>
    public LinearProbeResult Run(FeatureBank train, FeatureBank test, int classes, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (train, test) = (train with { Rows = train.Rows.clone() }, test with { Rows = test.Rows.clone() });
        Standardize(train.Rows, test.Rows);
        int[] order = SeededRandom.Permutation(train.Labels.Length, options.Seed);
        int held = Math.Max(1, (int)(order.Length * options.HeldOut));
        (double Rate, double Decay)[] grid =
            [.. options.LearningRates.SelectMany(rate => options.WeightDecays.Select(decay => (rate, decay)))];
        using LinearHead trial = Train(train, order[held..], grid, classes, options.ChoiceEpochs, stop);
        double[] validation = Accuracies(trial, train, order[..held], grid.Length);
        (double Rate, double Decay) chosen = grid[Array.IndexOf(validation, validation.Max())];
        using LinearHead final = Train(train, order, [chosen], classes, options.Epochs, stop);
        double[] result = Accuracies(final, test, [.. Enumerable.Range(0, test.Labels.Length)], 1);
        return new LinearProbeResult(result[0], chosen.Rate, chosen.Decay);
    }

    /// <summary>Update rule of the probe's heads.</summary>
    internal static LinearHeadOptions Head(LinearProbeOptions options, IReadOnlyList<(double Rate, double Decay)> grid) =>
        new() { Groups = grid, Momentum = options.Momentum, Nesterov = true };

    private static void Standardize(Tensor train, Tensor test)
    {
        Tensor mean = train.mean([0], keepdim: true);
        // Column by column statistics without a centred copy of the whole bank.
        Tensor variance = train.Squared().mean([0], keepdim: true) - mean.Squared();
        // What does not vary in training tells the probe nothing; scaled up, it would drown the rest where it varies in the test.
        Tensor varies = (variance - mean.Squared().Times(1e-6)).IsAbove(1e-10).to(ScalarType.Float32, train.device);
        Tensor factor = varies / variance.AtLeast(1e-10).sqrt().Plus(1e-6).Times(Math.Sqrt(train.shape[1]));
        foreach (Tensor rows in (Tensor[])[train, test])
        {
            rows.sub_(mean);
            rows.mul_(factor);
        }
    }

    // All settings of the grid in one head: the features are read once for all of them.
    private LinearHead Train(FeatureBank bank, int[] rows, (double Rate, double Decay)[] grid, int classes, int epochs,
        CancellationToken stop)
    {
        var head = new LinearHead(bank.Dimensions, classes, Head(options, grid));
        long steps = (long)epochs * ((rows.Length + options.Batch - 1) / options.Batch), step = 0;
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            int[] order = SeededRandom.Permutation(rows.Length, SeededRandom.Mix(options.Seed, (ulong)epoch + 1));
            for (int first = 0; first < rows.Length; first += options.Batch, step++)
            {
                stop.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                int[] batch = [.. order.Skip(first).Take(options.Batch).Select(i => rows[i])];
                Tensor targets = LinearHead.Targets([.. batch.Select(i => bank.Labels[i])], classes);
                head.Step(Gather(bank, batch), targets, 0.5 * (1 + Math.Cos(Math.PI * step / steps)));
            }
        }
        return head;
    }

    private static double[] Accuracies(LinearHead head, FeatureBank bank, int[] rows, int settings)
    {
        double[] right = new double[settings];
        (Tensor weight, Tensor bias) = head.ForInference();
        foreach (int[] chunk in rows.Chunk(2000))
        {
            using DisposeScope scope = NewDisposeScope();
            long[] predicted = functional.linear(Gather(bank, chunk), weight, bias).reshape(chunk.Length, settings, -1).argmax(2)
                .ToArray<long>();
            for (int i = 0; i < chunk.Length; i++)
                for (int g = 0; g < settings; g++)
                    if (predicted[i * settings + g] == bank.Labels[chunk[i]])
                        right[g]++;
        }
        return [.. right.Select(r => r / rows.Length)];
    }

    private static Tensor Gather(FeatureBank bank, int[] rows) =>
        bank.Rows.index_select(0, TensorData.From<long>([.. rows.Select(r => (long)r)], rows.Length));
}
