namespace SpotArtifacts.Transfer.Tests;

public sealed class LinearProbeTests
{
    private static readonly LinearProbeOptions s_options = new() { Epochs = 10, Batch = 32 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(300, 0.99)]
    [InlineData(33, 0.85)] // one row more than a batch, and few to learn from
    public void Run_SeparableClasses_ClassifiesThem(int rows, double least)
    {
        using FeatureBank train = ToyBank.Separable(rows, 1), test = ToyBank.Separable(100, 2);

        Assert.InRange(new LinearProbe(s_options).Run(train, test, ToyBank.Classes, Stop).Top1, least, 1);
    }

    [Fact]
    public void Run_RandomLabels_IsAtChance()
    {
        using FeatureBank train = ToyBank.Shuffled(400, 1), test = ToyBank.Shuffled(400, 2);

        Assert.InRange(new LinearProbe(s_options).Run(train, test, ToyBank.Classes, Stop).Top1, 0.15, 0.35);
    }

    [Fact]
    public void Run_FeaturesOfVeryDifferentScale_ClassifiesAll()
    {
        using FeatureBank train = ToyBank.Separable(300, 1), test = ToyBank.Separable(100, 2);
        foreach (FeatureBank bank in (FeatureBank[])[train, test])
            bank.Rows.copy_(bank.Rows * 1e4 + 3e4);

        Assert.InRange(new LinearProbe(s_options).Run(train, test, ToyBank.Classes, Stop).Top1, 0.99, 1);
    }

    [Fact]
    public void Run_FeaturesThatVaryOnlyInTheTest_DoNoHarm()
    {
        int[] labels = [.. Enumerable.Range(0, 200).Select(i => i % 2)];
        using FeatureBank train = ToyBank.Of([.. labels.Select(label => new[] { label, 7.1f, 0 })], labels);
        using FeatureBank test = ToyBank.Of([.. labels.Select((label, i) => new[] { label, i, 100f - i })], labels);

        Assert.Equal(1, new LinearProbe(s_options).Run(train, test, 2, Stop).Top1);
    }

    [Fact]
    public void Run_OtherTestRows_ChooseTheSameSetting()
    {
        using FeatureBank train = ToyBank.Shuffled(200, 1), test = ToyBank.Shuffled(100, 2), again = ToyBank.Shuffled(200, 1),
        wrong = ToyBank.Separable(7, 3);

        LinearProbeResult expected = new LinearProbe(s_options).Run(train, test, ToyBank.Classes, Stop);
        LinearProbeResult actual = new LinearProbe(s_options).Run(again, wrong, ToyBank.Classes, Stop);

        Assert.Equal((expected.LearningRate, expected.WeightDecay), (actual.LearningRate, actual.WeightDecay));
    }

    [Fact]
    public void Run_Twice_GivesTheSameNumbers()
    {
        using FeatureBank train = ToyBank.Shuffled(200, 1), test = ToyBank.Shuffled(100, 2), again = ToyBank.Shuffled(200, 1),
        other = ToyBank.Shuffled(100, 2);

        Assert.Equal(new LinearProbe(s_options).Run(train, test, ToyBank.Classes, Stop),
            new LinearProbe(s_options).Run(again, other, ToyBank.Classes, Stop));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public void Run_FewerRowsThanHeldOutNeeds_StillChooses(int rows)
    {
        using FeatureBank train = ToyBank.Separable(rows, 1), test = ToyBank.Separable(20, 2);

        Assert.Contains(new LinearProbe(s_options).Run(train, test, ToyBank.Classes, Stop).LearningRate, s_options.LearningRates);
    }
}
