using System.CommandLine;
using SpotArtifacts.Cli.Demo;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Engine;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Transfer;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot demo</c>: the whole way on images made in code, in a few minutes, to one HTML page.</summary>
internal static class DemoCommand
{
    // What is worth most in these few minutes (docs/tuning.md): a grid of 8 x 8, small steps, and over what the rotation and the
    // instance question have taught by the half the game in every third. 32 images are asked in each step, 16 others play.
    private static readonly string[] s_settings =
    [
        "batch_per_rank=48", "network.encoder_widths=[64,128]", "network.conv1_stride=1", "network.class_head_width=64",
        "network.dropout=0", "damage.block=2", "autoencoding.steps=1100", "spotting.steps=1900", "spotting.game_from=0.5",
        "spotting.game_every=3", "spotting.rotation_weight=1", "spotting.rotation_images=all", "spotting.rotation_share=0.6667",
        "spotting.instance_weight=0.2", "augmentation.min_area=0.5", "augmentation.min_saturation=0",
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command command = new("demo", "Make images, pre-train on them without labels, measure the features, write a report.");
        Option<string> folder = new("--out")
        {
            Description = "Folder of the demo's images, run and report.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => Path.Combine("runs", "demo"),
        };
        Option<int> count = new("--images")
        {
            Description = "Images to pre-train on; a third and a sixth as many labelled ones train and test the probes.",
            DefaultValueFactory = _ => DemoImages.DefaultCount,
            Hidden = true, // fewer than this teach nothing; for trying the command itself
        };
        command.Options.Add(folder);
        command.Options.Add(count);
        RecipeSelection selection = new(command, defaultPreset: "demo32", s_settings);
        Option<string> precision = ComputeOptions.Precision(unless: "auto");
        command.Options.Add(precision);
        command.SetAction((parsed, stop) => PretrainCommand.RunOnOwnThread(() =>
        {
            NativeEngine.SetThreads();
            using var progress = TrainingProgress.ForConsole(parsed.IsQuiet());
            Precision computed = EnginePrecision.Parse(parsed.GetValue(precision)!, TorchSharp.torch.CPU);
            string report = Run(parsed, Path.GetFullPath(parsed.GetValue(folder)!), parsed.GetValue(count),
                selection.Resolve(parsed), computed, progress, stop);
            parsed.InvocationConfiguration.Output.WriteLine(report);
        }));
        return command;
    }

    private static string Run(
        ParseResult parsed, string root, int count, Recipe recipe, Precision precision, TrainingProgress progress,
        CancellationToken stop)
    {
        long start = TimeProvider.System.GetTimestamp();
        string runPath = Path.Combine(root, "run");
        if (Directory.Exists(runPath))
            throw new SpotException($"{runPath} exists already; delete it, or name another folder with --out");
        OutputFile.RequireFolder(root);
        progress.Log("rendering the scenes");
        DemoImages images = DemoImages.Write(Path.Combine(root, "images"), count, recipe.Network.ImageSize, stop);
        RunFolder run = RunFolder.Create(runPath, recipe, RunFolder.Describe([images.Pretraining], autoencoder: null) with
        {
            Precision = EnginePrecision.NameOf(precision),
        });
        var output = new PretrainingOutput { Progress = progress, Logger = progress };
        PretrainCommand.OrRemove(
            run, () => PretrainCommand.Train(parsed, output, heard => new Pretrainer(run, heard).Run(stop)));
        IReadOnlyList<NetworkWorth> worth = ProbeCommand.Measure(run.Path, [images.Train], [images.Test], averaged: false,
            progress, stop);
        return DemoReport.Write(run, images, worth, TimeProvider.System.GetElapsedTime(start), Path.Combine(root, "report.html"));
    }
}
