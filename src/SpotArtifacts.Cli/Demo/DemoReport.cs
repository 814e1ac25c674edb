using System.Globalization;
using OxyPlot;
using SpotArtifacts.Cli.Report;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Scenes;
using SpotArtifacts.Studio.Models;
using SpotArtifacts.Studio.Runs;
using SpotArtifacts.Transfer;

namespace SpotArtifacts.Cli.Demo;

/// <summary>Puts a demo run into one HTML page: sheets, curves, filters, neighbours, the probe table.</summary>
internal static class DemoReport
{
    internal static string Write(RunFolder run, DemoImages images, IReadOnlyList<NetworkWorth> worth, TimeSpan time, string path)
    {
        Recipe recipe = run.ReadRecipe();
        (NetworkWorth random, NetworkWorth trained) = (worth[0], worth[1]);
        double bestRandom = random.Layers.Max(l => l.LinearTop1), best = trained.Layers.Max(l => l.LinearTop1);
        var report = new HtmlReport("Features learned by spotting artifacts");
        report.AddSummary(
            $"{images.Count:N0} images of rendered objects, drawn in code, were used without any labels: first an autoencoder "
            + "learned to reconstruct them, then a repair network hid dropped features while a discriminator learned to spot "
            + "them" + (recipe.Spotting.RotationWeight > 0 ? " and to tell how an image is turned" : "")
            + (recipe.Spotting.InstanceWeight > 0 ? " and which of all it is" : "") + ". "
            + "The discriminator's layers are the features. A linear classifier on them, trained on "
            + $"{images.TrainCount:N0} labelled images, is right on {Percent(best)} % of {images.TestCount:N0} test images; on "
            + $"the best layer of the same network with random weights it is right on {Percent(bestRandom)} %.");
        report.AddKeyFigure("best pre-trained layer", $"{Percent(best)} %",
            $"linear probe, {SceneImages.ClassNames.Count} classes");
        report.AddKeyFigure("best random layer", $"{Percent(bestRandom)} %", "the same network, untrained");
        report.AddKeyFigure("gain", $"{100 * (best - bestRandom):+0.0;-0.0} points")
            .AddKeyFigure("time", $"{time.TotalMinutes:0.0} min", "rendering, both stages, probes");
        AddWorth(report, random, trained, worth[2]);
        AddSheets(report, run);
        AddCurves(report, run);
        (RgbImage filters, int side) = FeatureSheets.Filters(run);
        report.AddImages("First-layer filters", "The discriminator's conv1, each filter stretched to its own range.",
            new ReportImage(PngFile.Encode(filters), $"{side} x {side} pixels each"));
        report.AddImages("Nearest neighbours",
            $"Left: test images. Right: the {FeatureSheets.NeighborCount} training images whose conv5 features are closest "
                + "(cosine).",
            new ReportImage(PngFile.Encode(FeatureSheets.Neighbors(run, images)), "pre-trained network"));
        AddRecipe(report, recipe, run.ReadDescription());
        report.Write(path);
        return path;
    }

    private static void AddWorth(HtmlReport report, NetworkWorth random, NetworkWorth trained, NetworkWorth encoder)
    {
        ModelWorth[] measures = ModelWorth.Of(random, trained, "");
        report.AddTable("What each layer is worth", "layer",
            ["linear, random", "linear, pre-trained", NumberTable.Difference, "kNN, random", "kNN, pre-trained"],
            [.. measures[0].Rows.Zip(measures[1].Rows, (linear, neighbors) =>
                (linear.Name, (IReadOnlyList<double>)[.. linear.Values, .. neighbors.Values.Take(2)]))],
            competing: 2,
            $"Accuracy in percent of a linear probe and of {LayerwiseProbe.NeighborCount} nearest neighbours on frozen "
                + "features.");
        report.AddTable("The stage-1 encoder for comparison", "layer", ["linear", "kNN"],
            [.. encoder.Layers.Select(layer =>
                (layer.Layer, (IReadOnlyList<double>)[100 * layer.LinearTop1, 100 * layer.NeighborsTop1]))]);
    }

    private static void AddSheets(HtmlReport report, RunFolder run)
    {
        string Last(string stage) => Directory.GetFiles(run.Samples, $"{stage}-*.png").Order(StringComparer.Ordinal).Last();
        report.AddImages("What the networks saw",
            "The same images throughout. Clean: decoded from whole features. Damaged: decoded after dropping entries (black in "
                + "the keep mask). "
            + "Repaired: with the repair network's help. Predicted: where the discriminator believes features were kept (white) "
                + "or dropped (black).",
            new ReportImage(File.ReadAllBytes(Last(SpottingStage.Name)), "end of stage 2"),
            new ReportImage(File.ReadAllBytes(Last(AutoencodingStage.Name)), "end of stage 1"));
    }

    // What the studio draws while a run trains, without how fast it was.
    private static void AddCurves(HtmlReport report, RunFolder run)
    {
        RunMetrics metrics = new();
        new MetricsTail().Read(run.Metrics, metrics.Clear, metrics.Add);
        foreach ((string stage, IReadOnlyDictionary<string, IReadOnlyList<SeriesPoint>> curves) in metrics.Curves())
        {
            foreach (StageChart chart in StageChart.Of(curves.Keys, compared: false).Where(chart => !chart.IsOfSpeed))
                report.AddChart($"{RunText.Heading(stage)}: {chart.Title}", Draw(chart, curves),
                    chart.HasBand ? StageChart.Game : "");
        }
    }

    private static PlotModel Draw(StageChart chart, IReadOnlyDictionary<string, IReadOnlyList<SeriesPoint>> curves) =>
        Chart.Lines("step", chart.AreShares ? "share" : "",
            [.. chart.Names.Where(curves.ContainsKey).Select(name => (RunText.Measure(name), Points(curves[name])))],
            from: chart.AreShares ? 0 : double.NaN, to: chart.AreShares ? 1 : double.NaN,
            band: chart.HasBand ? ("an even game", GameBalance.EvenFrom, GameBalance.EvenTo) : null);

    private static IReadOnlyList<DataPoint> Points(IReadOnlyList<SeriesPoint> curve) =>
        [.. curve.Select(point => new DataPoint(point.Step, point.Value))];

    private static void AddRecipe(HtmlReport report, Recipe recipe, RunDescription description)
    {
        report.AddRecipe("software",
            $"SpotArtifacts {description.Version}, libtorch {description.Libtorch} ({description.InstructionSet}), "
                + $"{description.Runtime}, {description.Threads} threads, in {description.Precision}");
        foreach (string line in RecipeFile.ToYaml(recipe).Split('\n')
            .Where(l => l.StartsWith(' ') || l.Contains(": ", StringComparison.Ordinal)))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line[(colon + 1)..].Trim().Length > 0)
                report.AddRecipe(line[..colon].Trim(), line[(colon + 1)..].Trim());
        }
    }

    private static string Percent(double fraction) => (100 * fraction).ToString("0.0", CultureInfo.InvariantCulture);
}
