using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Distributed;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Images.Packing;
using SpotArtifacts.Images.Scanning;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot data</c>: look at images, find what is wrong with them, pack them.</summary>
internal static class DataCommand
{
    private static readonly JsonSerializerOptions s_json =
        new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Makes the command and those below it.</summary>
    public static Command Create() => new("data", "Look at images, find what is wrong with them, pack them.") { CreateScan(),
        CreatePack(), CreateShow() };

    private static Command CreateScan()
    {
        Command command = new("scan", "Decode every image once and report: sizes, colours, damage, tiny ones, duplicates.");
        DataPaths paths = new(command, withQuarantine: false);
        Option<int> tiny = new("--tiny")
        {
            Description = "Call an image tiny whose shorter side has fewer pixels.",
            HelpName = "PIXELS",
            DefaultValueFactory = _ => new ImageScanOptions().TinySide
        };
        Option<string?> quarantine =
            new("--quarantine")
            {
                Description = "Write a list of the damaged and tiny images, for: spot pretrain --quarantine FILE.",
                HelpName = "FILE"
            };
        Option<bool> duplicates =
            new("--quarantine-duplicates") { Description = "List all but the first of each group of duplicates too." };
        Option<bool> json = new("--json") { Description = "Print JSON instead of tables." };
        foreach (Option option in (Option[])[tiny, quarantine, duplicates, json])
            command.Options.Add(option);
        command.SetAction((parsed, stop) => PretrainCommand.RunOnOwnThread(() =>
        {
            if (parsed.GetValue(duplicates) && parsed.GetValue(quarantine) is null)
                throw new SpotException("--quarantine-duplicates needs --quarantine FILE to write to");
            if (parsed.GetValue(tiny) < 1)
                throw new SpotException("--tiny must be 1 or more");
            if (parsed.GetValue(quarantine) is { } target)
                OutputFile.RequireWritable(target);
            ICommunicator world = RankSession.Start();
            using DataProgress progress = new("scan", parsed.IsQuiet() || world.Rank > 0);
            using ImageSet set = paths.Open(parsed, progress, stop);
            ImageScanReport report = ImageScan.Run(set, new ImageScanOptions { TinySide = parsed.GetValue(tiny) },
                progress, RankSession.ShareOf(set), stop);
            if (world.Rank > 0)
                return;
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                output.WriteLine(JsonSerializer.Serialize(report, s_json));
            else
                ScanTables.Write(Terminal.For(output), report);
            if (parsed.GetValue(quarantine) is { } list)
            {
                List<SkippedImage> left = ToQuarantine(report, parsed.GetValue(duplicates));
                Quarantine.Write(list, left);
                progress.Log($"{left.Count} images listed in {list}");
            }
            if (report.Damaged.Count == report.Images)
                throw new SpotException($"none of {report.Images} images could be read");
        }));
        return command;
    }

    private static Command CreatePack()
    {
        Command command = new("pack", "Pack images into shuffled tar shards, or into one file of pixels that needs no decoding.");
        DataPaths paths = new(command);
        Option<string> target = new("--out")
        {
            Description = "Folder of the shards, or the pixel file; never overwritten.",
            HelpName = "PATH",
            Required = true
        };
        Option<string> format =
            new("--format")
            {
                Description = "tar (WebDataset shards, files unchanged) or pixels (uint8, fixed size).",
                DefaultValueFactory = _ => "tar"
            };
        format.AcceptOnlyFromAmong("tar", "pixels");
        Option<int?> size = new("--size") { Description = "Side of the images in a pixel file.", HelpName = "PIXELS" };
        Option<long> bytes = new("--shard-bytes")
        {
            Description = "Bytes of images after which a shard is full.",
            HelpName = "BYTES",
            DefaultValueFactory = _ => new ShardOptions().ShardBytes
        };
        Option<ulong> seed = new("--seed")
        {
            Description = "Decides the order in the shards.",
            DefaultValueFactory = _ => new ShardOptions().Seed
        };
        foreach (Option option in (Option[])[target, format, size, bytes, seed])
            command.Options.Add(option);
        command.SetAction((parsed, stop) => PretrainCommand.RunOnOwnThread(() =>
        {
            string path = parsed.GetValue(target)!;
            bool pixels = parsed.GetValue(format) == "pixels";
            if (pixels != parsed.GetValue(size) is not null)
                throw new SpotException(pixels ? "--format pixels needs --size PIXELS" : "--size goes with --format pixels only");
            if (pixels && parsed.GetValue(size) is < 1 or > 4096)
                throw new SpotException($"--size {parsed.GetValue(size)} must be 1 to 4096");
            ICommunicator world = RankSession.Start();
            if (world.Rank == 0 && pixels)
                OutputFile.RequireNew(path);
            else if (world.Rank == 0)
                OutputFile.RequireFolder(path);
            if (parsed.GetValue(bytes) < 1)
                throw new SpotException("--shard-bytes must be 1 or more");
            using DataProgress progress = new("pack", parsed.IsQuiet() || world.Rank > 0);
            using ImageSet set = paths.Open(parsed, progress, stop);
            IReadOnlyList<SkippedImage> skipped = pixels
                ? PackedPixels.Write(set, path, parsed.GetValue(size)!.Value, Environment.ProcessorCount, progress,
                    RankSession.ShareOf(set), stop)
                : ShardWriter.Write(set, path, new ShardOptions
                {
                    ShardBytes = parsed.GetValue(bytes),
                    Seed = parsed.GetValue(seed)
                }, progress, RankSession.ShareOf(set), stop).Damaged;
            if (world.Rank > 0)
                return;
            foreach (SkippedImage image in skipped)
                progress.Log($"left out: {image.Name}: {image.Reason}");
            progress.Log(string.Create(CultureInfo.InvariantCulture,
                $"{set.Count - skipped.Count} images packed, {skipped.Count} damaged ones left out"));
            parsed.InvocationConfiguration.Output.WriteLine(Path.GetFullPath(path));
        }));
        return command;
    }

    private static Command CreateShow()
    {
        Command command = new("show", "Draw a contact sheet of randomly chosen images.");
        DataPaths paths = new(command);
        Option<string> target = new("--out") { Description = "The sheet.", HelpName = "FILE.png", Required = true };
        Option<int> count = new("--count") { Description = "How many images, 1 to 10000.", DefaultValueFactory = _ => 60 };
        Option<ulong> seed = new("--seed") { Description = "Which images.", DefaultValueFactory = _ => 1UL };
        Option<bool> labels = new("--labels") { Description = "One row for each class." };
        foreach (Option option in (Option[])[target, count, seed, labels])
            command.Options.Add(option);
        command.SetAction((parsed, stop) => PretrainCommand.RunOnOwnThread(() =>
        {
            if (parsed.GetValue(count) is < 1 or > 10_000)
                throw new SpotException($"--count {parsed.GetValue(count)} must be 1 to 10000");
            OutputFile.RequireNew(parsed.GetValue(target)!);
            using DataProgress progress = new("show", parsed.IsQuiet());
            using ImageSet set = paths.Open(parsed, progress, stop);
            PngFile.Write(parsed.GetValue(target)!,
                DataSheet.Draw(set, parsed.GetValue(count), parsed.GetValue(seed), parsed.GetValue(labels), stop));
            parsed.InvocationConfiguration.Output.WriteLine(Path.GetFullPath(parsed.GetValue(target)!));
        }));
        return command;
    }

    private static List<SkippedImage> ToQuarantine(ImageScanReport report, bool duplicates) =>
        [.. report.Unusable.Concat(duplicates ? report.Copies : []).DistinctBy(image => image.Name)];

    /// <summary>The paths and how they are read, as each of these commands takes them.</summary>
    private sealed class DataPaths
    {
        private readonly Argument<string[]> _paths =
            new("PATH") { Description = "Folders, image files, lists, tar shards, binaries.", Arity = ArgumentArity.OneOrMore };
        private readonly ImageReading _reading;

        internal DataPaths(Command command, bool withQuarantine = true)
        {
            command.Arguments.Add(_paths);
            _reading = new ImageReading(command, withQuarantine);
        }

        internal ImageSet Open(ParseResult parsed, IMessages messages, CancellationToken stop) =>
            _reading.Open(parsed, parsed.GetValue(_paths)!, messages, stop);
    }
}
