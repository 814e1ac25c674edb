using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Studio.Runs;

/// <summary>
/// Measurements of a stage that belong into one chart: the studio draws it while a run trains, a report afterwards.
/// </summary>
/// <param name="Title">What it shows.</param>
/// <param name="Names">Names of the measurements.</param>
internal sealed record StageChart(string Title, IReadOnlyList<string> Names)
{
    private static readonly string[] s_health = ["right_on_clean", "right_on_repaired", RunMetrics.Right];

    /// <summary>Whether they are shares, 0 to 1.</summary>
    internal bool AreShares { get; private init; }

    /// <summary>Whether the band is drawn in which the game is even.</summary>
    internal bool HasBand { get; private init; }

    /// <summary>Whether it tells how fast a run is, not what it learns.</summary>
    internal bool IsOfSpeed { get; private init; }

    /// <summary>What to know before one looks at the charts of the game.</summary>
    internal static string Game { get; } =
        "Neither loss tells who wins. The share of images that the discriminator judges rightly does: in the band, between "
        + $"{RunText.Share(GameBalance.EvenFrom)} and {RunText.Share(GameBalance.EvenTo)}, the game is even and the late layers "
        + $"learn; under {RunText.Share(GameBalance.Fooled)} the repair network has won, over "
        + $"{RunText.Share(GameBalance.Overwhelming)} repairs are too easily spotted.";

    /// <summary>The charts of a stage in which anything was measured.</summary>
    /// <param name="measured">Names of what was measured in the stage, of all runs that are shown.</param>
    /// <param name="compared">Whether several runs are drawn into each, so that one curve a run has to do.</param>
    internal static IReadOnlyList<StageChart> Of(IEnumerable<string> measured, bool compared)
    {
        HashSet<string> names = [.. measured];
        StageChart[] all = [
            new("The game: right answers of the discriminator", compared ? [RunMetrics.Right] : s_health)
                { AreShares = true, HasBand = true },
            new("Losses", [.. names.Where(IsLoss)]),
            new("Mean squared error of the reconstruction", ["mse"]),
            new("Repair: squared error on kept pixels", ["loss.repair_mse"]),
            new("Right answers", ["right", "right_on_turns"]) { AreShares = true },
            new("Finding the dropped entries (50 % is chance), feature spread", ["mask_auc", "feature_spread"])
                { AreShares = true },
            new("Images a second", ["images_per_second"]) { IsOfSpeed = true },
            new("Share of the time waiting for data", ["wait_share"]) { AreShares = true, IsOfSpeed = true },
        ];
        return [.. all.Where(chart => chart.Names.Any(names.Contains))];
    }

    // Weight decay and squared errors have scales of their own.
    private static bool IsLoss(string name) => name.StartsWith("loss.", StringComparison.Ordinal)
        && !name.EndsWith("l2", StringComparison.Ordinal) && name != "loss.repair_mse";
}
