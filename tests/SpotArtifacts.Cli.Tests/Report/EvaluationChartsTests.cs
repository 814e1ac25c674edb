using SpotArtifacts.Cli.Report;

namespace SpotArtifacts.Cli.Tests.Report;

public sealed class EvaluationChartsTests
{
    [Fact]
    public void Of_Evaluation_DrawsTheMainNumberOfProtocolsWithSeveralParts()
    {
        CategoryChart chart = Assert.Single(EvaluationCharts.Of(EvaluationSamples.Report()));

        Assert.Equal(("linear-rotnet", "top1, %"), (chart.Title, chart.YLabel));
        Assert.Equal(["conv1", "conv2", "stem"], chart.Categories);
        Assert.Equal(["random", "pre-trained", "encoder"], chart.Curves.Select(curve => curve.Name));
        Assert.Equal(41, chart.Curves[0].Points[0]!.Value.Value, 9);
        Assert.Equal(Math.Sqrt(2), chart.Curves[0].Points[0]!.Value.Spread, 9);
        Assert.Null(chart.Curves[0].Points[2]);
        Assert.Null(chart.Curves[2].Points[0]);
    }
}
