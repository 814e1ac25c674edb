using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Protocols;

namespace SpotArtifacts.Transfer.Tests.Evaluation;

public sealed class LayerwiseHeadsTests
{
    private static readonly LayerwiseHeadOptions s_options = new()
    {
        Epochs = 8,
        Batch = 32,
        Rate = (_, _) => 0.1,
        Head = new LinearHeadOptions { Norm = new HeadNorm(0.1, 1e-5), InitialDeviation = 0.01 },
        EveryEpoch = true,
    };

    [Fact]
    public void Run_SeparableAndShuffledLayer_TellsThemApart()
    {
        using FeatureBank good = ToyBank.Separable(300, 1), test = ToyBank.Separable(200, 2), shuffled = ToyBank.Shuffled(300, 1);
        using FeatureBank bad = shuffled with { Labels = good.Labels };

        HeadAccuracy[][] found = Run(s_options, [[good, bad]], [test, test], [Training(300, 1)]);

        Assert.InRange(found[0][0].Top1[^1], 0.99, 1);
        Assert.Equal(8, found[0][0].Top1.Count);
        Assert.All(found[0][0].Top5, top5 => Assert.Equal(1, top5)); // four classes
    }

    [Fact]
    public void Run_SeveralHeads_EachIsTheOneItWouldBeAlone()
    {
        using FeatureBank train = ToyBank.Shuffled(200, 1), test = ToyBank.Shuffled(300, 2);
        HeadTraining[] trainings = [Training(200, 1), Training(200, 2), new([.. Enumerable.Range(50, 60)], 3)];

        HeadAccuracy[][] together = Run(s_options, [[train]], [test], trainings);

        for (int m = 0; m < trainings.Length; m++)
            Assert.Equal(Run(s_options, [[train]], [test], [trainings[m]])[0][0].Top1, together[0][m].Top1);
        Assert.NotEqual(together[0][0].Top1, together[0][1].Top1);
    }

    [Fact]
    public void Run_RowsOutsideATraining_AreNeverSeen()
    {
        using FeatureBank train = ToyBank.Separable(100, 1), test = ToyBank.Separable(100, 2);
        // Rows 50 and above are ruined: a head that saw them would be lost.
        train.Rows.narrow(0, 50, 50).copy_(train.Rows.narrow(0, 50, 50) * float.NaN);

        Assert.InRange(Run(s_options, [[train]], [test], [new HeadTraining([.. Enumerable.Range(0, 50)], 1)])[0][0].Top1[^1], 0.9,
            1);
    }

    [Fact]
    public void Run_TwoViews_DrawsFromBoth()
    {
        using FeatureBank train = ToyBank.Separable(200, 1), test = ToyBank.Separable(100, 2);
        using FeatureBank mirrored = train with { Rows = (train.Rows * -1).DetachFromDisposeScope() },
        mirroredTest = test with { Rows = (test.Rows * -1).DetachFromDisposeScope() };
        LayerwiseHeadOptions plain = s_options with { Head = new LinearHeadOptions(), Epochs = 30 };

        // A linear head can only know both signs if it saw both: then neither is at chance by sign alone, and one view cannot be
        // perfect.
        double oneView = Run(plain, [[train]], [test], [Training(200, 1)])[0][0].Top1[^1],
        onBoth = Run(plain, [[train], [mirrored]], [test], [Training(200, 1)])[0][0].Top1[^1];

        Assert.InRange(oneView, 0.99, 1);
        Assert.InRange(onBoth, 0, 0.9);
    }

    [Fact]
    public void Run_Cancelled_Stops()
    {
        using FeatureBank train = ToyBank.Separable(100, 1);
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => new LayerwiseHeads(s_options, [[train]], [Training(100, 1)],
            ToyBank.Classes)
            .Run(_ => [], EvaluationProgress.None.Begin("heads", 8, 100), source.Token));
    }

    private static HeadTraining Training(int rows, ulong seed) => new([.. Enumerable.Range(0, rows)], seed);

    private static HeadAccuracy[][] Run(LayerwiseHeadOptions options, FeatureBank[][] views, FeatureBank[] test,
        HeadTraining[] trainings) =>
        new LayerwiseHeads(options, views, trainings, ToyBank.Classes).Run(
            heads => [.. heads.Select((layer, i) => HeadTest.Accuracies(layer, test[i], chunk: 64))],
            EvaluationProgress.None.Begin("heads", options.Epochs, 1), TestContext.Current.CancellationToken);
}
