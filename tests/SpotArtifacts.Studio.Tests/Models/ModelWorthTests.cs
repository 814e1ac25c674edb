using System.Text.Json;
using SpotArtifacts.Studio.Models;
using SpotArtifacts.Transfer;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Studio.Tests.Models;

public sealed class ModelWorthTests
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Fact]
    public void Parse_AReportOfEval_ComparesTheTrainedNetworkWithRandomWeights()
    {
        ReportedNetwork Network(string name, NetworkKind kind) => new(name, kind, "", false, "tiny32", 32, [8]);
        Dictionary<string, string> none = [];
        ReportedResult Result(string network, params double[] values) => new("linear-probe", network, none, [], none,
            [.. values.Select((value, i) => new ReportedMetric("top1", $"conv{i + 1}", value, null, [value], true)),
                new ReportedMetric("chosen rate", "conv1", 3, null, [3], false)]);
        EvaluationReport report = new("1", "2", "3", [], [],
            [Network("random", NetworkKind.Random), Network("other", NetworkKind.Pretrained),
                Network("pre-trained", NetworkKind.Pretrained)],
            [Result("random", 0.4, 0.5), Result("other", 0.1, 0.1), Result("pre-trained", 0.45, 0.6)]);

        ModelWorth worth = Assert.Single(ModelWorth.Parse(report.ToJson(), "e.json"));

        Assert.Equal(("e.json", "linear-probe, top1"), (worth.File, worth.Measure));
        Assert.Equal([new LayerComparison("conv1", 0.4, 0.45), new LayerComparison("conv2", 0.5, 0.6)], worth.Layers);
        Assert.Equal(60, worth.Layers[1].TrainedPercent);
    }

    [Fact]
    public void Parse_TheOutputOfProbe_HasBothItsMeasures()
    {
        NetworkWorth Network(string name, double linear, double neighbors) =>
            new(name, [new LayerWorth("conv1", 10, linear, neighbors, 1, 0)]);
        string json = JsonSerializer.Serialize(
            new[] { Network("random", 0.2, 0.3), Network("pre-trained", 0.4, 0.5), Network("encoder", 0.6, 0.6) }, s_json);

        IReadOnlyList<ModelWorth> worth = ModelWorth.Parse(json, "p.json");

        Assert.Equal([new LayerComparison("conv1", 0.2, 0.4)], worth[0].Layers);
        Assert.Equal([new LayerComparison("conv1", 0.3, 0.5)], worth[1].Layers);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[1, 2]")]
    [InlineData("[{\"network\": \"a\"}, {\"network\": \"b\"}]")]
    [InlineData("{\"networks\": [], \"results\": [")]
    [InlineData("{\"images\": [\"/photos\"], \"version\": \"0.1.0\"}")]
    public void Parse_OtherFiles_ArePassedOver(string json) => Assert.Empty(ModelWorth.Parse(json, "x.json"));
}
