using System.Globalization;
using System.Text.Json;
using OxyPlot;
using SpotArtifacts.Cli.Report;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Scenes;
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
            + "them. The discriminator's layers are the features. A linear classifier on them, trained on "
            + $"{images.TrainCount:N0} labelled images, is right on {Percent(best)} % of {images.TestCount:N0} test images; on "
            + $"the best layer of the same network with random weights it is right on {Percent(bestRandom)} %.");
        report.AddKeyFigure("best pre-trained layer", $"{Percent(best)} %",
            $"linear probe, {SceneImages.ClassNames.Count} classes");
        report.AddKeyFigure("best random layer", $"{Percent(bestRandom)} %", "the same network, untrained");
        report.AddKeyFigure("gain", $"{100 * (best - bestRandom):+0.0;-0.0} points")
            .AddKeyFigure("time", $"{time.TotalMinutes:0.0} min", "rendering, both stages, probes");
        report.AddTable("What each layer is worth", ProbeTable(random, trained),
            $"Accuracy in percent of a linear probe and of {LayerwiseProbe.NeighborCount} nearest neighbours on frozen "
                + "features.");
        report.AddTable("The stage-1 encoder for comparison", EncoderTable(worth[2]));
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

    private static ReportTable ProbeTable(NetworkWorth random, NetworkWorth trained)
    {
        var table = new ReportTable("layer", "linear, random", "linear, pre-trained", new ReportColumn("difference", false),
            new ReportColumn("kNN, random", false), new ReportColumn("kNN, pre-trained", false))
        { Best = BestCell.PerRow };
        for (int i = 0; i < trained.Layers.Count; i++)
        {
            (LayerWorth r, LayerWorth p) = (random.Layers[i], trained.Layers[i]);
            table.AddRow(p.Layer, ReportCell.Number(100 * r.LinearTop1), ReportCell.Number(100 * p.LinearTop1),
                ReportCell.Number(100 * (p.LinearTop1 - r.LinearTop1), "+0.0;-0.0"),
                ReportCell.Number(100 * r.NeighborsTop1), ReportCell.Number(100 * p.NeighborsTop1));
        }
        return table;
    }

    private static ReportTable EncoderTable(NetworkWorth encoder)
    {
        var table = new ReportTable("layer", "linear", "kNN");
        foreach (LayerWorth layer in encoder.Layers)
            table.AddRow(layer.Layer, ReportCell.Number(100 * layer.LinearTop1), ReportCell.Number(100 * layer.NeighborsTop1));
        return table;
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

    private static void AddCurves(HtmlReport report, RunFolder run)
    {
        JsonElement[] lines = [.. File.ReadLines(run.Metrics).Select(line => JsonDocument.Parse(line).RootElement)];
        JsonElement[] Of(string stage) => [.. lines.Where(line => line.GetProperty("stage").GetString() == stage)];
        JsonElement[] first = Of(AutoencodingStage.Name), second = Of(SpottingStage.Name);
        report.AddChart("Stage 1: reconstruction",
            Chart.Lines("step", "mean squared error", [Curve(first, "mse", "mean squared error")], from: 0));
        report.AddChart("Stage 2: losses", Chart.Lines("step", "loss", [
            Curve(second, "loss.spotting", "discriminator"), Curve(second, "loss.repair", "repair network"),
            Curve(second, "loss.repair_mse", "repair, squared error")]),
            "Two opponents: neither loss says by itself how well it goes.");
        report.AddChart("Stage 2: health", Chart.Lines("step", "share", [
            Curve(second, "right_on_clean", "right on clean images"),
            Curve(second, "right_on_repaired", "right on repaired images"),
            Curve(second, "mask_auc", "dropped entries found (area under ROC)")], from: 0, to: 1),
            "0.5 is chance in all three.");
    }

    private static (string, IReadOnlyList<DataPoint>) Curve(JsonElement[] lines, string key, string name) =>
        (name, [.. lines.Select(line => new DataPoint(line.GetProperty("step").GetDouble(), Number(line, key)))]);

    private static double Number(JsonElement line, string key) =>
        line.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble()
            : double.NaN;

    private static void AddRecipe(HtmlReport report, Recipe recipe, RunDescription description)
    {
        report.AddRecipe("software",
            $"SpotArtifacts {description.Version}, libtorch {description.Libtorch} ({description.InstructionSet}), "
                + $"{description.Runtime}, {description.Threads} threads");
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
