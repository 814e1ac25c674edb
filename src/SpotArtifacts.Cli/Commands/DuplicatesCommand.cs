using System.CommandLine;
using System.Text.Json;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot duplicates</c>: exact copies, look-alikes and crops.</summary>
internal static class DuplicatesCommand
{
    private const int Shown = 20, SheetRows = 40, SheetColumns = 8, Side = 96;

    private static readonly JsonSerializerOptions s_json =
        new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command command = new("duplicates", "Find copies among images: exact, compressed or resized anew, cropped.");
        FeatureSelection selection = new(command, DuplicateFinder.ModelOptions, withQuarantine: false);
        Option<string?> quarantine = new("--quarantine")
        {
            Description =
                "List all but the largest image of each group, and the damaged ones, for: spot pretrain --quarantine FILE. What a "
                + "FILE lists that is there already is left out from the beginning, and stays in it.",
            HelpName = "FILE",
        };
        Option<string?> sheet = new("--sheet")
        {
            Description = $"A contact sheet of the first {SheetRows} groups.",
            HelpName = "FILE.png",
        };
        Option<bool> json = new("--json") { Description = "Print JSON instead of a list." };
        Option<int> candidates = new("--candidates")
        {
            Description =
                "Images looked at as crops of, or around, each image and its windows, 1 to 1000: more finds more and takes "
                + "longer.",
            DefaultValueFactory = _ => new DuplicateOptions().Candidates,
        };
        foreach (Option option in (Option[])[quarantine, sheet, json, candidates])
            command.Options.Add(option);
        command.SetAction((parsed, stop) => PretrainCommand.RunOnOwnThread(() =>
        {
            if (parsed.GetValue(candidates) is < 1 or > 1000)
                throw new SpotException($"--candidates {parsed.GetValue(candidates)} must be 1 to 1000");
            string? list = parsed.GetValue(quarantine);
            if (list is not null)
                OutputFile.RequireWritable(list);
            if (parsed.GetValue(sheet) is { } picture)
                OutputFile.RequireNew(picture);
            using DataProgress progress = new("duplicates", parsed.IsQuiet());
            using ImageSet set = ImageReading.Open(
                selection.Paths(parsed),
                selection.ImageOptions(parsed) with { QuarantineList = File.Exists(list) ? list : null }, progress, stop);
            using SpotModel model = selection.Load(parsed, progress);
            DuplicateReport report = DuplicateFinder.Find(
                model, set, new DuplicateOptions { Candidates = parsed.GetValue(candidates) }, progress, stop);
            foreach (SkippedImage image in report.Damaged.Take(10))
                progress.Log($"left out: {image.Name}: {image.Reason}");
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                output.WriteLine(JsonSerializer.Serialize(ForJson(report, set), s_json));
            else
                Write(output, report, set);
            if (list is not null)
                Quarantine.Append(list, ToQuarantine(report, set));
            if (parsed.GetValue(sheet) is { } path && report.Groups.Count > 0)
                PngFile.Write(path, Draw(report, set));
        }));
        return command;
    }

    private static object ForJson(DuplicateReport report, ImageSet set) => new
    {
        Images = set.Count,
        report.Damaged,
        Groups = report.Groups.Select(group => new { Kind = Name(group.Kind), Images = group.Images.Select(set.Name) }),
    };

    private static void Write(TextWriter output, DuplicateReport report, ImageSet set)
    {
        foreach (DuplicateGroup group in report.Groups.Take(Shown))
            output.WriteLine($"{Name(group.Kind),-8} {string.Join(" = ", group.Images.Select(set.Name))}");
        if (report.Groups.Count > Shown)
            output.WriteLine($"... and {report.Groups.Count - Shown} more groups (--json prints all)");
        int images = report.Groups.Sum(group => group.Images.Count);
        string kinds = string.Join(
            ", ",
            Enum.GetValues<DuplicateKind>().Select(kind => $"{report.Groups.Count(group => group.Kind == kind)} {Name(kind)}"));
        output.WriteLine($"{images} of {set.Count} images in {report.Groups.Count} groups: {kinds}");
    }

    private static IEnumerable<SkippedImage> ToQuarantine(DuplicateReport report, ImageSet set) =>
    [
        .. report.DamagedIndices.Zip(
            report.Damaged, (index, image) => new SkippedImage(set.Place(index), image.Reason)),
        .. report.Groups.SelectMany(group =>
        group.Images.Skip(1).Select(image =>
            new SkippedImage(set.Place(image), $"duplicate of {set.Place(group.Images[0])} ({Name(group.Kind)})"))),
    ];

    private static RgbImage Draw(DuplicateReport report, ImageSet set)
    {
        ContactSheet sheet = new();
        foreach (DuplicateGroup group in report.Groups.Take(SheetRows))
            sheet.AddRow($"{Name(group.Kind)}: {Path.GetFileName(set.Name(group.Images[0]))}",
                [.. group.Images.Take(SheetColumns).Select(image => DataSheet.Thumbnail(set.Load(image), Side))]);
        return sheet.Render(1);
    }

    private static string Name(DuplicateKind kind) => kind.ToString().ToLowerInvariant();
}
