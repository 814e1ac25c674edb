using System.Globalization;
using Radzen;

namespace SpotArtifacts.Studio.Runs;

/// <summary>Numbers and states of runs as people read them.</summary>
internal static class RunText
{
    private static readonly CultureInfo s_culture = CultureInfo.InvariantCulture;
    private static readonly string[] s_firstLosses =
        ["loss.reconstruction", "loss.spotting", "loss.rotation", "loss.repair", "loss.classification"];

    /// <summary>What to call a state.</summary>
    internal static string Of(RunState state) => state switch
    {
        RunState.Running => "running",
        RunState.Stopped => "stopped",
        RunState.Finished => "finished",
        _ => "failed",
    };

    /// <summary>How to colour it.</summary>
    internal static BadgeStyle StyleOf(RunState state) => state switch
    {
        RunState.Running => BadgeStyle.Info,
        RunState.Stopped => BadgeStyle.Base,
        RunState.Finished => BadgeStyle.Success,
        _ => BadgeStyle.Danger,
    };

    /// <summary>What to call a stage.</summary>
    internal static string Stage(string stage) => stage switch
    {
        "autoencoder" => "stage 1, autoencoder",
        "spotting" => "stage 2, spotting",
        _ => stage,
    };

    /// <summary>The same as a heading.</summary>
    internal static string Heading(string stage) =>
        Stage(stage) is { Length: > 0 } text ? char.ToUpperInvariant(text[0]) + text[1..] : "";

    /// <summary>As "spotting, step 1,200 of 3,000".</summary>
    internal static string Step(RunSummary run) => run.Last is not { } last ? "not a step measured yet"
        : $"{Stage(last.Stage)}: step {Count(last.Step)}{(run.Steps is { } steps ? $" of {Count(steps)}" : "")}";

    /// <summary>As "1,200".</summary>
    internal static string Count(long number) => number.ToString("N0", s_culture);

    /// <summary>As "3 min".</summary>
    internal static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => "a moment",
        { TotalMinutes: < 1 } => $"{time.TotalSeconds.ToString("0", s_culture)} s",
        { TotalHours: < 1 } => $"{time.TotalMinutes.ToString("0", s_culture)} min",
        { TotalDays: < 2 } => $"{time.TotalHours.ToString("0.0", s_culture)} h",
        _ => $"{time.TotalDays.ToString("0.0", s_culture)} days",
    };

    /// <summary>As "3 min ago".</summary>
    internal static string Ago(DateTimeOffset then, DateTimeOffset now) => $"{Duration(now - then)} ago";

    /// <summary>Three digits or four are what a screen has room for.</summary>
    internal static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 100 => value.ToString("N0", s_culture),
        >= 10 => value.ToString("0.#", s_culture),
        >= 0.01 => value.ToString("0.###", s_culture),
        _ => value.ToString("0.0e0", s_culture),
    };

    /// <summary>As "64 %".</summary>
    internal static string Share(double value) => $"{(100 * value).ToString("0", s_culture)} %";

    /// <summary>The name of a measurement without where it stands.</summary>
    internal static string Measure(string name) => name switch
    {
        "right_on_clean" => "right on clean",
        "right_on_repaired" => "right on repaired",
        "images_per_second" => "images/s",
        "wait_share" => "waiting for data",
        "mask_auc" => "mask, area under the ROC curve",
        "feature_spread" => "feature spread",
        _ => name.Replace("loss.", "", StringComparison.Ordinal).Replace('_', ' '),
    };

    /// <summary>What is looked at first.</summary>
    /// <param name="run">The run.</param>
    /// <param name="balance">Share of right answers on average; null: as measured last.</param>
    internal static IEnumerable<(string What, string Value, string Note)> Figures(RunSummary run, double? balance = null)
    {
        if (run.Last is not { } last)
            yield break;
        if (run.Remaining is { } remaining)
            yield return ("left in this stage", Duration(remaining), "");
        if (last.Right is { } right)
            yield return ("discriminator right", Share(balance ?? right), "");
        foreach (string name in s_firstLosses)
            if (last.Find(name) is { } loss)
                yield return ($"{Measure(name)} loss", Number(loss), "");
        if (last.Find("images_per_second") is { } rate)
            yield return ("images/s", Number(rate), "");
        if (last.Find("wait_share") is { } wait)
            yield return ("waiting for data", Share(wait), "");
    }
}
