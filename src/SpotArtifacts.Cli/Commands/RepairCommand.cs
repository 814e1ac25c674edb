using System.CommandLine;
using System.Globalization;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Repair;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot repair</c>: damages images and writes what the repair network makes of them.</summary>
internal static class RepairCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Argument<string> run = new("RUN") { Description = "Run folder, or a file with all networks." };
        Command command = new(
            "repair", "Damage images in their features and write what the repair network makes of them.") { run };
        Option<string[]> images = new("--images")
        {
            Description = "Folders, image files, lists, tar shards, binaries.",
            HelpName = "PATH",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string> target = new("--out")
        {
            Description = "Folder of the results; interrupted work goes on in it.",
            HelpName = "FOLDER",
            Required = true,
        };
        Option<double?> rate = new("--drop-rate")
        {
            Description = "Probability that a place is dropped, above 0 and below 1; without it as in training.",
            HelpName = "RATE",
        };
        Option<string?> mask = new("--mask")
        {
            Description = "What to drop in every image: a picture (white = kept) or rows of 1 (kept) and 0.",
            HelpName = "FILE",
        };
        Option<ulong> seed = new("--seed")
        {
            Description = "Decides the masks that are drawn.",
            DefaultValueFactory = _ => new ImageRepairOptions().Seed,
        };
        Option<bool> averaged = new("--ema") { Description = "Take the exponential moving average of the weights." };
        foreach (Option option in (Option[])[images, target, rate, mask, seed, averaged])
            command.Options.Add(option);
        ImageReading reading = new(command);
        command.SetAction((parsed, stop) => PretrainCommand.RunOnOwnThread(() =>
        {
            if (parsed.GetValue(rate) is not null && parsed.GetValue(mask) is not null)
                throw new SpotException("--drop-rate and --mask both say what to drop; give one of them");
            string folder = parsed.GetValue(target)!;
            OutputFile.RequireFolder(folder);
            InspectCommand.RequireOutside(folder, parsed.GetValue(images)!);
            using DataProgress progress = new("repair", parsed.IsQuiet());
            using ImageSet set = reading.Open(parsed, parsed.GetValue(images)!, progress, stop);
            NativeEngine.SetThreads();
            using RepairingNetworks networks = RepairingNetworks.Load(
                parsed.GetValue(run)!, parsed.GetValue(averaged), progress);
            float[]? keep = parsed.GetValue(mask) is { } file
                ? KeepMaskFile.Read(file, networks.Recipe.Network.BottleneckGrid)
                : null;
            var options = new ImageRepairOptions { DropRate = parsed.GetValue(rate), Mask = keep, Seed = parsed.GetValue(seed) };
            var repair = new ImageRepair(networks, options);
            new RepairRun(repair, set, folder, Settings(networks, parsed.GetValue(averaged), options)).Run(
                progress, progress, stop);
            parsed.InvocationConfiguration.Output.WriteLine(Path.GetFullPath(folder));
        }));
        return command;
    }

    private static Dictionary<string, string> Settings(RepairingNetworks networks, bool averaged, ImageRepairOptions options) =>
        new()
        {
            ["network"] = networks.Network,
            ["averaged"] = averaged ? "yes" : "no",
            ["drop_rate"] = (options.DropRate ?? networks.Recipe.Damage.DropRate).ToString(CultureInfo.InvariantCulture),
            ["mask"] = options.Mask is null ? "" : string.Concat(options.Mask.Select(value => value == 1 ? '1' : '0')),
            ["seed"] = options.Seed.ToString(CultureInfo.InvariantCulture),
        };
}
