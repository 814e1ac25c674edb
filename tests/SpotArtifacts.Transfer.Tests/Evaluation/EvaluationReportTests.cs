using System.Text.Json;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Tests.Evaluation;

public sealed class EvaluationReportTests
{
    [Fact]
    public void ToJson_Evaluation_HasNumbersSettingsAndFacts()
    {
        using var bench = new EvaluationBench();
        ProtocolResult result = bench.Measure("linear-zhang", [1, 2], "epochs=2");

        using JsonDocument document = JsonDocument.Parse(EvaluationReport.Of(bench.Data, [EvaluationBench.Random()], [result])
            .ToJson());

        JsonElement root = document.RootElement, first = root.GetProperty("results")[0];
        Assert.Equal("random", root.GetProperty("networks")[0].GetProperty("kind").GetString());
        Assert.Equal(bench.Images, root.GetProperty("train")[0].GetString());
        Assert.Equal("2", first.GetProperty("settings").GetProperty("epochs").GetString());
        Assert.Equal("epochs", Assert.Single(first.GetProperty("changed").EnumerateArray()).GetString());
        Assert.Contains("conv1 3072", first.GetProperty("facts").GetProperty("reduction").GetString(), StringComparison.Ordinal);
        JsonElement metric = first.GetProperty("metrics")[0];
        Assert.Equal(("top1", "conv1", 2), (metric.GetProperty("name").GetString(), metric.GetProperty("part").GetString(),
            metric.GetProperty("values").GetArrayLength()));
        Assert.Equal(metric.GetProperty("values").EnumerateArray().Average(v => v.GetDouble()),
            metric.GetProperty("mean").GetDouble(), 12);
        Assert.True(metric.TryGetProperty("deviation", out _));
    }
}
