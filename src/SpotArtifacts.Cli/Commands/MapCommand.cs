using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Features.Mapping;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot map</c>: a picture of the feature space, drawn with the images themselves.</summary>
internal static class MapCommand
{
    private static readonly JsonSerializerOptions s_json =
        new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command command = new("map", "Draw the feature space in two dimensions, with the images as points.");
        FeatureSelection selection = new(command);
        Option<string> target = new("--out") { Description = "The picture.", HelpName = "FILE.png", Required = true };
        Option<MapMethod> method = new("--method")
        {
            Description = "tsne (neighbours stay neighbours) or pca (the two directions of most variance).",
            HelpName = "HOW",
        };
        Option<bool> grid = new("--grid") { Description = "Snap to a grid: all images are shown, none covers another." };
        Option<int> max = new("--max")
        {
            Description =
                "Most images; of more, so many are drawn at random. 3 to 10000; time and memory of t-SNE grow with its square.",
            DefaultValueFactory = _ => new ImageMapOptions().MaxImages,
        };
        Option<int> side = new("--thumbnail")
        {
            Description = "Side of a thumbnail, 8 to 256.",
            HelpName = "PIXELS",
            DefaultValueFactory = _ => 48,
        };
        Option<double> perplexity = new("--perplexity")
        {
            Description = "About how many neighbours of an image count in t-SNE.",
            DefaultValueFactory = _ => new ImageMapOptions().Perplexity,
        };
        Option<ulong> seed = new("--seed")
        {
            Description = "Which images, of more than --max.",
            DefaultValueFactory = _ => new ImageMapOptions().Seed,
        };
        Option<string?> coordinates = new("--coordinates")
        {
            Description = "Also write where each image stands.",
            HelpName = "FILE.csv|FILE.json",
        };
        foreach (Option option in (Option[])[target, method, grid, max, side, perplexity, seed, coordinates])
            command.Options.Add(option);
        command.SetAction((parsed, stop) => PretrainCommand.RunOnOwnThread(() =>
        {
            string? table = parsed.GetValue(coordinates);
            if (table is not null && Path.GetExtension(table) is not (".csv" or ".json"))
                throw new SpotException($"--coordinates {table} must end in .csv or .json");
            if (parsed.GetValue(side) is < 8 or > 256)
                throw new SpotException($"--thumbnail {parsed.GetValue(side)} must be 8 to 256");
            OutputFile.RequireNew(parsed.GetValue(target)!);
            if (table is not null)
                OutputFile.RequireNew(table);
            using DataProgress progress = new("map", parsed.IsQuiet());
            using ImageSet set = selection.OpenImages(parsed, progress, stop);
            using SpotModel model = selection.Load(parsed, progress);
            ImageMapOptions options =
                new()
                {
                    Method = parsed.GetValue(method),
                    MaxImages = parsed.GetValue(max),
                    Seed = parsed.GetValue(seed),
                    Perplexity = parsed.GetValue(perplexity)
                };
            ImageMap map = ImageMap.Make(model, set, options, progress, stop);
            foreach (SkippedImage image in map.Skipped.Take(10))
                progress.Log($"left out: {image.Name}: {image.Reason}");
            PngFile.Write(
                parsed.GetValue(target)!, MapPicture.Draw(map, set, parsed.GetValue(side), parsed.GetValue(grid), stop));
            if (table is not null)
                AtomicFile.WriteText(table, Coordinates(map, set, table.EndsWith(".json", StringComparison.Ordinal)));
            parsed.InvocationConfiguration.Output.WriteLine(Path.GetFullPath(parsed.GetValue(target)!));
        }));
        return command;
    }

    private static string Coordinates(ImageMap map, ImageSet set, bool json)
    {
        IReadOnlyList<(int Column, int Row)> cells = MapLayout.SnapToGrid(map.Places);
        if (json)
            return JsonSerializer.Serialize(map.Indices.Select((image, i) => new
            {
                Name = set.Name(image),
                map.Places[i].X,
                map.Places[i].Y,
                cells[i].Column,
                cells[i].Row,
                Label = set.Label(image),
            }), s_json) + "\n";
        StringBuilder text = new("filenames,x,y,column,row,labels\n");
        for (int i = 0; i < map.Indices.Count; i++)
            text.Append(CultureInfo.InvariantCulture,
                $"{CsvText.Field(set.Name(map.Indices[i]))},{map.Places[i].X},{map.Places[i].Y},{cells[i].Column},"
                + $"{cells[i].Row},{set.Label(map.Indices[i])}\n");
        return text.ToString();
    }
}
