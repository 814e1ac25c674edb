using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Export;
using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot inspect</c>: how likely images are repaired, and where.</summary>
internal static class InspectCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Argument<string> run = new("RUN") { Description = FeatureSelection.RunDescription };
        Command command = new(
            "inspect", "How likely each image is repaired, and where: a ranking, and heat maps over the images.") { run };
        Option<string[]> images = new("--images")
        {
            Description = "Folders, image files, lists, tar shards, binaries.",
            HelpName = "PATH",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string> target = new("--out")
        {
            Description = "Folder of the results; an interrupted inspection goes on in it.",
            HelpName = "FOLDER",
            Required = true,
        };
        Option<int[]> tiles = new("--tiles")
        {
            Description =
                "Look at square parts as well, this many along the shorter side (several numbers: several scales). Without it,"
                + " at the whole image only.",
            HelpName = "N",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<bool> asIs = new("--as-is")
        {
            Description = "Do not pass images through the autoencoder first: for images that came out of it.",
        };
        Option<bool> averaged = new("--ema") { Description = "Take the exponential moving average of the weights." };
        Option<int> overlays = new("--overlays")
        {
            Description = "Draw the heat maps of this many most suspicious images.",
            HelpName = "N",
            DefaultValueFactory = _ => 100,
        };
        foreach (Option option in (Option[])[images, target, tiles, asIs, averaged, overlays])
            command.Options.Add(option);
        ImageReading reading = new(command);
        command.SetAction((parsed, stop) => PretrainCommand.RunOnOwnThread(() =>
        {
            if (parsed.GetValue(overlays) < 0)
                throw new SpotException("--overlays must be 0 or more");
            var options = new InspectionOptions { Tiles = parsed.GetValue(tiles) ?? [], AsIs = parsed.GetValue(asIs) };
            options.Validate();
            string folder = parsed.GetValue(target)!;
            OutputFile.RequireFolder(folder);
            RequireOutside(folder, parsed.GetValue(images)!);
            using DataProgress progress = new("inspect", parsed.IsQuiet());
            using ImageSet set = reading.Open(parsed, parsed.GetValue(images)!, progress, stop);
            using ArtifactInspector inspector = ExportOnDemand.OpenInspector(
                parsed.GetValue(run)!, options, parsed.GetValue(averaged), progress);
            var inspection = new InspectionRun(inspector, set, folder, Settings(inspector, options));
            InspectionSummary summary = inspection.Run(parsed.GetValue(overlays), progress, stop);
            if (summary.Damaged > 0)
                progress.Log($"{summary.Damaged} of {summary.Images} images could not be read; inspection.jsonl says why");
            TextWriter output = parsed.InvocationConfiguration.Output;
            Terminal.For(output).Write(Table(summary));
            output.WriteLine(Path.GetFullPath(folder));
        }));
        return command;
    }

    /// <summary>Refuses a folder of results among the images: a second run would read its pictures as images.</summary>
    internal static void RequireOutside(string folder, IEnumerable<string> images)
    {
        string inside = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        foreach (string path in images)
            if (Directory.Exists(path)
                && inside.StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) + Path.DirectorySeparatorChar,
                StringComparison.Ordinal))
                throw new SpotException(
                    $"--out {folder} lies inside {path}, whose images it would be taken for the next time; name a folder "
                    + "elsewhere");
    }

    private static Dictionary<string, string> Settings(ArtifactInspector inspector, InspectionOptions options) => new()
    {
        ["network"] = inspector.Description.Network,
        ["averaged"] = inspector.Description.Training.Averaged ? "yes" : "no",
        ["tiles"] = string.Join(' ', options.Tiles.Select(tiles => tiles.ToString(CultureInfo.InvariantCulture))),
        ["as_is"] = options.AsIs ? "yes" : "no",
    };

    private static Table Table(InspectionSummary summary)
    {
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns("rank", "repaired", "mean of map", "image");
        int rank = 1;
        foreach (InspectedImage image in summary.Highest)
            table.AddRow(
                new Text((rank++).ToString(CultureInfo.InvariantCulture)),
                new Text(image.Found!.Repaired.ToString("0.000", CultureInfo.InvariantCulture)),
                new Text(image.Found.Map?.Mean.ToString("0.000", CultureInfo.InvariantCulture) ?? ""), new Text(image.Name));
        return table;
    }
}
