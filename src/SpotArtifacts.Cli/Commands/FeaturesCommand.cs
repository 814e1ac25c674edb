using System.CommandLine;
using System.Globalization;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Distributed;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot features</c>: a vector for each image, in a file that other tools read.</summary>
internal static class FeaturesCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command command = new("features", "Write a feature vector for each image: .npy, .csv, .safetensors or .parquet.");
        FeatureSelection selection = new(command, withLength: true, withEngine: true);
        Option<string> target = new("--out")
        {
            Description = "The file; its ending says the format. Never overwritten.",
            HelpName = "FILE",
            Required = true,
        };
        Option<bool> full = new("--full")
        {
            Description = "Every entry of the layer's grid instead of a pooled vector: --pooling full.",
        };
        Option<bool> resume = new("--resume") { Description = "Continue where Ctrl-C or a kill stopped." };
        foreach (Option option in (Option[])[target, full, resume])
            command.Options.Add(option);
        command.SetAction((parsed, stop) => PretrainCommand.RunOnOwnThread(() =>
        {
            ICommunicator world = RankSession.Start();
            string path = parsed.GetValue(target)!;
            FeatureFiles.FormatOf(path); // a wrong ending is said before anything is loaded
            if (world.Rank == 0)
                OutputFile.RequireNew(path);
            using DataProgress progress = new("features", parsed.IsQuiet() || world.Rank > 0);
            using ImageSet set = selection.OpenImages(parsed, progress, stop);
            using SpotModel model = RankSession.InTurn(Load, Load); // the first exports what the others load
            FeatureExtractionOptions options = new()
            {
                Path = path,
                Resume = parsed.GetValue(resume),
                Share = RankSession.ShareOf(set, model.Description.Network),
            };
            FeatureExtractionResult result = FeatureExtraction.Run(model, set, options, progress, stop);
            if (world.Rank > 0)
                return;
            Log(result, model, progress);
            parsed.InvocationConfiguration.Output.WriteLine(Path.GetFullPath(path));

            SpotModel Load() => selection.Load(parsed, progress, parsed.GetValue(full) ? FeaturePooling.Full : null);
        }));
        return command;
    }

    /// <summary>Says what came of it.</summary>
    internal static void Log(FeatureExtractionResult result, SpotModel model, IMessages messages)
    {
        foreach (SkippedImage image in result.Skipped.Take(10))
            messages.Log($"left out: {image.Name}: {image.Reason}");
        messages.Log(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Rows} rows of {string.Join(" x ", model.FeatureShape)} "
            + $"({model.Layer.Name()}, {model.Options.Pooling.ToString().ToLowerInvariant()}), "
            + $"{result.Skipped.Count} damaged images left out; of the time {result.WaitShare:P0} waited for images, "
            + $"{result.ComputeShare:P0} for the network, {result.WriteShare:P0} for what is written"));
    }
}
