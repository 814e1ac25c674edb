using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Networks;
using SpotArtifacts.Spotting;
using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Protocols;
using SpotArtifacts.Transfer.Tests.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Tests.Protocols;

public sealed class FineTuningTests : IDisposable
{
    private readonly EvaluationBench _bench = new();

    [Theory]
    [InlineData("optimizer=adam", "hidden=0")]
    [InlineData("optimizer=sgd", "rate=0.0001")]
    [InlineData("optimizer=adam", "hidden=8")]
    public void Evaluate_TwoColours_LearnsToTellThemApart(params string[] settings)
    {
        ProtocolResult result = _bench.Measure("finetune", [1], ["steps=60", "batch=8", .. settings]);

        Assert.Equal("24 labels", result.Metrics[0].Part);
        Assert.InRange(result.Metrics[0].Mean, 0.9, 1);
    }

    [Fact]
    public void Evaluate_SeveralSizesAndRates_GivesACurveAndTheRatesChosen()
    {
        ProtocolResult result = _bench.Measure("finetune", [1, 2], "steps=3", "batch=4", "labels=6,0", "rate=0.001,0.01");

        Assert.Equal(
            [("top1", "6 labels"), ("chosen rate", "6 labels"), ("top1", "24 labels"), ("chosen rate", "24 labels")],
            result.Metrics.Select(m => (m.Name, m.Part)));
        Assert.All(result.Metrics, metric => Assert.Equal(2, metric.Values.Count));
        Assert.All(result.Metrics.Where(m => !m.IsFraction).SelectMany(m => m.Values),
            rate => Assert.Contains(rate, (double[])[0.001, 0.01]));
    }

    [Theory]
    [InlineData(0, true, TrunkKind.Alexnet)]
    [InlineData(3, true, TrunkKind.Alexnet)]
    [InlineData(5, true, TrunkKind.Alexnet)]
    [InlineData(4, false, TrunkKind.Alexnet)]
    [InlineData(2, true, TrunkKind.AlexnetBn)]
    [InlineData(2, true, TrunkKind.Resnet18)]
    [InlineData(1, false, TrunkKind.Resnet18)]
    public void Step_FrozenLayers_StayAsTheyAreAndTheRestMoves(int frozen, bool batchStatistics, TrunkKind kind)
    {
        EvaluatedNetwork network = EvaluationBench.Random(kind);
        Discriminator trunk = network.OpenDiscriminator();
        Dictionary<string, float[]> before = Values(trunk);
        FineTuningOptions options = new()
        {
            Frozen = frozen,
            BatchNorm = batchStatistics ? FineTuningStatistics.Batch : FineTuningStatistics.Running,
            WeightDecay = 0
        };
        using DisposeScope scope = NewDisposeScope();
        using var tuned = new FineTunedNetwork(trunk, network.Recipe.Network, classes: 2, options, seed: 1);

        Tensor images =
            TensorData.From<float>([.. Enumerable.Range(0, 4 * 3 * 32 * 32).Select(i => (i * 37 % 255) / 127.5f - 1)], 4, 3, 32,
            32);
        float loss = tuned.Step(images, TensorData.From<long>([0, 1, 0, 1], 4), rate: 0.01);

        Dictionary<string, float[]> after = Values(trunk);
        Assert.True(float.IsFinite(loss));
        string[] moved =
            [.. Discriminator.FeatureLayers.Where(layer =>
            before.Any(p => p.Key.StartsWith($"discriminator.{layer}.", StringComparison.Ordinal)
            && !p.Value.SequenceEqual(after[p.Key])))];
        Assert.Equal(Discriminator.FeatureLayers.Skip(frozen), moved);
        // Running statistics follow the batch only while their layer is trained and may.
        Assert.All(before.Keys.Where(name => name.StartsWith("discriminator.conv", StringComparison.Ordinal)
            && name.EndsWith("running_mean", StringComparison.Ordinal)), name => Assert.Equal(
                batchStatistics && name["discriminator.conv".Length] - '0' > frozen, !before[name].SequenceEqual(after[name])));
        // The heads of pre-training take no part.
        Assert.All(before.Keys.Where(name => name.Contains("fc", StringComparison.Ordinal)
            || name.Contains("mask", StringComparison.Ordinal)), name => Assert.Equal(before[name], after[name]));
    }

    [Fact]
    public void ViewText_EachOption_ChangesTheWords()
    {
        AugmentationOptions views = new()
        {
            MinArea = 0.5,
            MaxAspect = 2,
            Flip = false,
            Brightness = 0.25,
            MinSaturation = 0.75,
            MaxSaturation = 1.25
        };

        Assert.Equal(
            "random crop of 0.5 to 1 of the area, aspect 0.5 to 2, bilinear or bicubic, never mirrored, brightness +-0.25, "
                + "saturation 0.75 to 1.25", FineTuning.ViewText(views));
        Assert.Equal("rate falls linearly to 5 % over the first 50 % of the steps and stays",
            FineTuning.ScheduleText(new LinearDecay(1, 1, 0.5, 0.05)));
    }

    [Fact]
    public void Evaluate_RateThatIsTooHigh_SaysSoInsteadOfANumber() =>
        Assert.Contains("finetune.rate",
            Assert.Throws<SpotException>(() => _bench.Measure("finetune", [1], "steps=40", "batch=8", "optimizer=sgd",
            "rate=1000", "weight_decay=1")).Message, StringComparison.Ordinal);

    public void Dispose() => _bench.Dispose();

    private static Dictionary<string, float[]> Values(Discriminator network) => network.Tensors()
        .ToDictionary((NetworkTensor p) => p.Name, p => p.Value.ToArray<float>());
}
