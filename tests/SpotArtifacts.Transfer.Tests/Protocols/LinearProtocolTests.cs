using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Tests.Evaluation;

namespace SpotArtifacts.Transfer.Tests.Protocols;

public sealed class LinearProtocolTests : IDisposable
{
    private readonly EvaluationBench _bench = new();

    [Theory]
    [InlineData("linear-zhang")]
    [InlineData("linear-deepcluster")]
    [InlineData("linear-rotnet")]
    public void Evaluate_TwoColours_TellsThemApartOnEveryLayer(string protocol)
    {
        ProtocolResult result = _bench.Measure(protocol, [1], "epochs=30", "batch=8");

        Assert.Equal(["conv1", "conv2", "conv3", "conv4", "conv5"],
            result.Metrics.Where(m => m.Name == "top1").Select(m => m.Part));
        Assert.All(result.Metrics.Where(m => m.Name == "top1"), metric => Assert.InRange(metric.Mean, 0.9, 1));
    }

    [Fact]
    public void Evaluate_BestEpoch_IsNeverBelowTheLastAndSaysBoth()
    {
        ProtocolResult result = _bench.Measure("linear-deepcluster", [1, 2], "epochs=3", "batch=8");

        Metric[] best = [.. result.Metrics.Where(m => m.Name == "top1")],
        last = [.. result.Metrics.Where(m => m.Name == "top1_last")];
        Assert.All(best.Zip(last), pair => Assert.All(pair.First.Values.Zip(pair.Second.Values),
            v => Assert.True(v.First >= v.Second)));
        Assert.DoesNotContain(_bench.Measure("linear-rotnet", [1], "epochs=1").Metrics, m => m.Name == "top1_last");
    }

    [Fact]
    public void Evaluate_TenCrops_TestsOnThemAndSaysSo()
    {
        ProtocolResult result = _bench.Measure("linear-zhang", [1], "epochs=10", "batch=8", "ten_crops=true");

        Assert.All(result.Metrics, metric => Assert.InRange(metric.Mean, 0.9, 1));
        Assert.Contains(("test view", "ten crops, mean softmax"), result.Facts);
    }

    [Fact]
    public void Evaluate_TenCropsOfTheBestEpoch_IsRefused() => Assert.Contains(
        "epoch=last", Assert.Throws<SpotException>(() => _bench.Measure("linear-deepcluster", [1], "ten_crops=true")).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("views=0", "central square of 0.875 of the shorter side")]
    [InlineData("views=1", "random square 0 of 0.875 of the shorter side, mirrored half of the time")]
    public void Evaluate_Views_AreNamedInTheResult(string setting, string expected) =>
        Assert.Contains(("training views", expected), _bench.Measure("linear-rotnet", [1], "epochs=1", setting).Facts);

    public void Dispose() => _bench.Dispose();
}
