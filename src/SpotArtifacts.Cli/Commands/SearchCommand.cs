using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Distributed;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot search</c>: find images that look like others, by features.</summary>
internal static class SearchCommand
{
    private const int Shown = 20;

    private static readonly JsonSerializerOptions s_json =
        new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Makes the command and those below it.</summary>
    public static Command Create() =>
        new("search", "Find the images of a gallery that look like others.") { CreateIndex(), CreateGraph(), CreateQuery() };

    private static Command CreateIndex()
    {
        Command command = new("index", "Compute a gallery's features once and keep them in a file to search in.");
        FeatureSelection selection = new(command, withEngine: true);
        Option<string> target = new("--out")
        {
            Description = "The index file; never overwritten.",
            HelpName = "FILE",
            Required = true,
        };
        Option<bool> half = new("--half") { Description = "Keep 16 bits a number instead of 32." };
        Option<bool> resume = new("--resume") { Description = "Continue where Ctrl-C or a kill stopped." };
        foreach (Option option in (Option[])[target, half, resume])
            command.Options.Add(option);
        command.SetAction((parsed, stop) => PretrainCommand.RunOnOwnThread(() =>
        {
            ICommunicator world = RankSession.Start();
            if (world.Rank == 0)
                OutputFile.RequireNew(parsed.GetValue(target)!);
            using DataProgress progress = new("index", parsed.IsQuiet() || world.Rank > 0);
            using ImageSet set = selection.OpenImages(parsed, progress, stop);
            using SpotModel model = RankSession.InTurn(Load, Load); // the first exports what the others load
            FeatureExtractionResult result = FeatureIndexBuilder.Build(model, set, new FeatureIndexOptions
            {
                Path = parsed.GetValue(target)!,
                Sources = selection.Paths(parsed),
                SourcesOptions = selection.ImageOptions(parsed),
                Half = parsed.GetValue(half),
                Resume = parsed.GetValue(resume),
                Share = RankSession.ShareOf(set, model.Description.Network),
            }, progress, stop);
            if (world.Rank > 0)
                return;
            FeaturesCommand.Log(result, model, progress);
            parsed.InvocationConfiguration.Output.WriteLine(Path.GetFullPath(parsed.GetValue(target)!));

            SpotModel Load() => selection.Load(parsed, progress);
        }));
        return command;
    }

    private static Command CreateGraph()
    {
        Command command = new("graph", "Build what approximate search in an index needs, in a file beside it.");
        Option<string> from = new("--index")
        {
            Description = "An index made by: spot search index.",
            HelpName = "FILE",
            Required = true,
        };
        command.Options.Add(from);
        command.SetAction((parsed, stop) => PretrainCommand.RunOnOwnThread(() =>
        {
            using DataProgress progress = new("graph", parsed.IsQuiet());
            using FeatureIndex index = FeatureIndex.Open(parsed.GetValue(from)!, stop);
            string path = ApproximateIndex.Build(index, progress, stop);
            parsed.InvocationConfiguration.Output.WriteLine(Path.GetFullPath(path));
        }));
        return command;
    }

    private static Command CreateQuery()
    {
        Command command = new(
            "query", "Search an index for images like these; with labels on both sides, also say how often they agree.");
        FeatureSelection selection = new(command, withLayer: false);
        Option<string> from = new("--index")
        {
            Description = "An index made by: spot search index.",
            HelpName = "FILE",
            Required = true,
        };
        Option<int> top = new("--top") { Description = "Images found for each query, 1 to 1000.", DefaultValueFactory = _ => 10 };
        Option<string?> sheet = new("--sheet")
        {
            Description = $"A contact sheet of the first {Shown} queries and what was found.",
            HelpName = "FILE.png",
        };
        Option<bool> json = new("--json") { Description = "Print JSON instead of a table." };
        Option<bool> approximate = new("--approximate")
        {
            Description = "Compare with the rows that the index's graph proposes (spot search graph) instead of all.",
        };
        Option<int> candidates = new("--candidates")
        {
            Description = "Rows the graph proposes for each query; more find more, and take longer.",
            HelpName = "N",
            DefaultValueFactory = _ => ApproximateIndex.DefaultCandidates,
        };
        foreach (Option option in (Option[])[from, top, approximate, candidates, sheet, json])
            command.Options.Add(option);
        command.SetAction((parsed, stop) => PretrainCommand.RunOnOwnThread(() =>
        {
            if (parsed.GetValue(top) is < 1 or > 1000)
                throw new SpotException($"--top {parsed.GetValue(top)} must be 1 to 1000");
            if (parsed.GetValue(candidates) is < 1 or > 100_000)
                throw new SpotException($"--candidates {parsed.GetValue(candidates)} must be 1 to 100000");
            string? picture = parsed.GetValue(sheet);
            if (picture is not null)
                OutputFile.RequireNew(picture);
            using DataProgress progress = new("search", parsed.IsQuiet());
            using FeatureIndex index = FeatureIndex.Open(parsed.GetValue(from)!, stop);
            using ImageSet set = selection.OpenImages(parsed, progress, stop);
            using SpotModel model = selection.Load(parsed, progress, index.ModelOptions);
            using ApproximateIndex? graph = parsed.GetValue(approximate) ? ApproximateIndex.Open(index) : null;
            SearchResults results = SearchResults.Of(index, model, set, vectors => graph is null
                ? index.Search(model, vectors, parsed.GetValue(top), stop)
                : graph.Search(model, vectors, parsed.GetValue(top), parsed.GetValue(candidates), stop), progress, stop);
            foreach (SkippedImage image in results.Skipped.Take(10))
                progress.Log($"left out: {image.Name}: {image.Reason}");
            if (results.WithoutPrecision is { } why)
                progress.Log($"no precision: {why}");
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                output.WriteLine(JsonSerializer.Serialize(ForJson(results, set), s_json));
            else
                Write(Terminal.For(output), results, set);
            // Behind the results, which are there even where the gallery has moved.
            if (picture is not null)
            {
                PngFile.Write(picture,
                    SearchSheet.Draw(
                    index, [.. results.Indices.Take(Shown).Select(i => (set.Name(i), set.Load(i)))], results.Found));
                progress.Log($"sheet: {Path.GetFullPath(picture)}");
            }
        }));
        return command;
    }

    private static object ForJson(SearchResults results, ImageSet set) => new
    {
        results.Precision,
        Queries = results.Indices.Select((image, i) =>
        new { Query = set.Name(image), Label = set.Label(image), Found = results.Found[i] }),
    };

    private static void Write(IAnsiConsole console, SearchResults results, ImageSet set)
    {
        TextWriter writer = console.Profile.Out.Writer;
        for (int i = 0; i < Math.Min(Shown, results.Indices.Count); i++)
        {
            writer.WriteLine(set.Name(results.Indices[i]));
            foreach (SearchHit hit in results.Found[i])
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {hit.Similarity:0.000}  {hit.Name}"));
        }
        if (results.Indices.Count > Shown)
            writer.WriteLine($"... and {results.Indices.Count - Shown} more queries (--json prints all)");
        if (results.Precision is { } precision)
            writer.WriteLine(
                string.Create(CultureInfo.InvariantCulture,
                    $"precision at {results.Found[0].Count}: {100 * precision:F1} % of {results.Indices.Count} queries' images "
                    + $"found have the query's label"));
    }
}
