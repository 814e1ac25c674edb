using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Tests.Evaluation;

namespace SpotArtifacts.Transfer.Tests.Protocols;

public sealed class KNearestNeighborsTests
{
    [Fact]
    public void Evaluate_ImagesThemselvesAsGallery_FindsThemAtFirstPlace()
    {
        using var bench = new EvaluationBench();

        ProtocolResult result = bench.Measure("knn", [1], "k=1,3", "recall=1,100");

        Assert.Equal(["top1 k=1", "top1 k=3", "recall@1", "recall@100"], result.Metrics.Select(m => m.Name).Distinct());
        Assert.All(result.Metrics.Where(m => m.Name is "top1 k=1" or "recall@1"), metric => Assert.Equal(1, metric.Mean));
        Assert.Equal("k", Assert.Single(result.Settings.Changed, name => name == "k"));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public void Evaluate_Centring_IsRecorded(string center)
    {
        using var bench = new EvaluationBench();

        Assert.Equal(center, bench.Measure("knn", [1], $"center={center}").Settings["center"]);
    }
}
