using System.Text.Json;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Tests;

/// <summary>A runs folder and a folder of images, made without training.</summary>
public sealed class SampleRuns : IDisposable
{
    internal const int Steps = 200;
    private readonly TemporaryFolder _folder = new();

    public SampleRuns()
    {
        Directory.CreateDirectory(Runs);
        BlockImages.Write(_folder, "images", 24);
    }

    /// <summary>The runs folder.</summary>
    internal string Runs => _folder.At("runs");

    /// <summary>The folder of images.</summary>
    internal string Images => _folder.At("images");

    internal AllowedFolders Allowed => new(Runs, [Images]);

    internal StudioOptions Options => new() { RunsFolder = Runs, ImageFolders = [Images], Port = 0, Program = SpotProgram };

    // What the studio starts; built beside these tests.
    internal static string[] SpotProgram => ["dotnet", Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..",
        "SpotArtifacts.Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "spot.dll"))];

    internal string At(string name) => _folder.At(name);

    /// <summary>Makes a run.</summary>
    /// <param name="name">Its folder below the runs folder.</param>
    /// <param name="spotting">Steps of stage 2 that were measured, of 200.</param>
    /// <param name="checkpoint">Whether it has a checkpoint.</param>
    /// <param name="finished">Whether it has its weights.</param>
    /// <param name="settings">What its recipe has otherwise than the preset <c>fix32</c>.</param>
    internal string Make(
        string name, int spotting = Steps, bool checkpoint = true, bool finished = false, params string[] settings)
    {
        string run = Path.Combine(Runs, name);
        Directory.CreateDirectory(Path.Combine(run, "samples"));
        Directory.CreateDirectory(Path.Combine(run, "checkpoints"));
        Recipe recipe = RecipeResolution.Resolve("fix32", null,
            [$"autoencoding.steps={Steps}", $"spotting.steps={Steps}", "recording.metrics_every=5", .. settings]);
        RecipeFile.Write(recipe, Path.Combine(run, RunFolder.RecipeName));
        File.WriteAllText(Path.Combine(run, "metrics.jsonl"), string.Concat(
            Enumerable.Range(1, Steps / 5).Select(i => Autoencoder(5 * i)).Concat(
                Enumerable.Range(1, spotting / 5).Select(i => Spotting(5 * i)))));
        foreach (int step in (int[])[100, 200])
            Sheet(run, $"autoencoder-{step:D7}", 2);
        foreach (int step in ((int[])[100, 200]).Where(step => step <= spotting))
            Sheet(run, $"spotting-{step:D7}", 6);
        if (checkpoint)
            File.WriteAllBytes(Path.Combine(run, "checkpoints", "last.safetensors"), [0]);
        if (finished)
            File.WriteAllBytes(Path.Combine(run, "weights.safetensors"), [0]);
        return run;
    }

    internal static string Autoencoder(int step) => Line("autoencoder", step,
        ("loss.reconstruction", 9 * Math.Exp(-step / 60.0)), ("mse", 0.3 * Math.Exp(-step / 60.0)),
        ("images_per_second", 1100), ("wait_share", 0.02));

    internal static string Spotting(int step) => Line("spotting", step,
        ("loss.spotting", 0.7 - step / 1000.0), ("loss.mask", 0.05), ("loss.repair", 0.6 + step / 800.0),
        ("loss.repair_mse", 2 - step / 300.0), ("right_on_clean", 0.55 + 0.1 * Math.Sin(step)),
        ("right_on_repaired", 0.75 + 0.1 * Math.Cos(step)), ("mask_auc", null), ("feature_spread", 0.3),
        ("images_per_second", 360), ("wait_share", 0.01));

    public void Dispose() => _folder.Dispose();

    private static string Line(string stage, int step, params (string Name, double? Value)[] values)
    {
        Dictionary<string, object?> line = new() { ["stage"] = stage, ["step"] = step };
        foreach ((string name, double? value) in values)
            line[name] = value;
        return JsonSerializer.Serialize(line) + "\n";
    }

    private static void Sheet(string run, string name, int rows)
    {
        ContactSheet sheet = new();
        foreach (string row in ((string[])["input", "clean", "damaged", "repaired", "keep mask", "predicted"]).Take(rows))
            sheet.AddRow(row, [.. Enumerable.Range(0, 8).Select(i => BlockImages.Draw(i, 32))]);
        PngFile.Write(Path.Combine(run, "samples", name + ".png"), sheet.Render(2));
    }
}
