using SpotArtifacts.Studio.Runs;

namespace SpotArtifacts.Studio.Tests.Runs;

public sealed class StageChartTests
{
    [Fact]
    public void Of_WhatWasMeasured_IsDrawnAndNothingElse()
    {
        IReadOnlyList<StageChart> charts = StageChart.Of(["loss.reconstruction", "loss.l2", "mse", "images_per_second"], false);

        Assert.Equal([["loss.reconstruction"], ["mse"], ["images_per_second"]], charts.Select(chart => chart.Names));
        Assert.Equal([false, false, true], charts.Select(chart => chart.IsOfSpeed));
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 1)]
    public void Of_TheGame_HasItsBandAndOneCurveARunWhereRunsAreCompared(bool compared, int curves)
    {
        StageChart game = StageChart.Of(["right_on_clean", "right_on_repaired", RunMetrics.Right], compared)[0];

        Assert.Equal((true, true, curves), (game.HasBand, game.AreShares, game.Names.Count));
        Assert.Contains(RunMetrics.Right, game.Names);
    }
}
