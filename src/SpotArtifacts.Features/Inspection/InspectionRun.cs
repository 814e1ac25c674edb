using System.Globalization;
using System.Text;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Features.Inspection;

/// <summary>What an inspection of a set of images found.</summary>
/// <param name="Images">Images inspected.</param>
/// <param name="Damaged">Files among them that could not be read.</param>
/// <param name="Highest">The most suspicious, most first: at most ten.</param>
internal sealed record InspectionSummary(int Images, int Damaged, IReadOnlyList<InspectedImage> Highest);

/// <summary>
/// Inspects a set of images into a folder: <c>inspection.jsonl</c> (every image, its map included), <c>ranking.csv</c> (the
/// most suspicious first) and <c>overlays/</c>. Streams: an image costs 16 bytes of memory. Interrupted, it goes on where it
/// stopped when it is started with the same settings again.
/// </summary>
internal sealed class InspectionRun
{
    private const int Chunk = 64, Shown = 10;

    private readonly ArtifactInspector _inspector;
    private readonly ImageSet _images;
    private readonly string _folder;

    /// <summary>Prepares a run.</summary>
    /// <param name="inspector">What looks at the images.</param>
    /// <param name="images">The images.</param>
    /// <param name="folder">Made where it is missing; must be empty or that of the same inspection.</param>
    /// <param name="settings">What decides the results, as text: a folder of other settings is refused.</param>
    /// <exception cref="SpotException">The folder holds something else, or cannot be made.</exception>
    public InspectionRun(
        ArtifactInspector inspector, ImageSet images, string folder, IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(inspector);
        ArgumentNullException.ThrowIfNull(images);
        (_inspector, _images, _folder) = (inspector, images, Path.GetFullPath(folder));
        ResultFolder.Claim(
            _folder, settings.Append(new("images", images.Count.ToString(CultureInfo.InvariantCulture))), "overlays");
    }

    /// <summary>Inspects what is left to inspect, then ranks and draws.</summary>
    /// <param name="overlays">How many of the most suspicious images get an overlay.</param>
    /// <param name="progress">Told after every few images.</param>
    /// <param name="stop">Stops between images; what was found until then is kept.</param>
    /// <exception cref="SpotException">
    /// The images are others than those inspected before, or none of them could be read.
    /// </exception>
    public InspectionSummary Run(int overlays, IProgress<DecodingProgress>? progress, CancellationToken stop) =>
        ResultFolder.Write(_folder, () => RunHere(overlays, progress, stop));

    private InspectionSummary RunHere(int overlays, IProgress<DecodingProgress>? progress, CancellationToken stop)
    {
        using var log = new InspectionLog(At("inspection.jsonl"));
        if (log.Count > _images.Count || (log.Count > 0 && log.Read(log.Count - 1).Name != _images.Name(log.Count - 1)))
            throw new SpotException($"{_folder} is the inspection of other images; name another folder, or delete it");
        while (log.Count < _images.Count)
        {
            stop.ThrowIfCancellationRequested();
            log.Append(Inspect(log.Count, Math.Min(Chunk, _images.Count - log.Count), stop));
            progress?.Report(new DecodingProgress(log.Count, _images.Count, log.Damaged));
        }
        int[] ranking = log.Ranking();
        if (ranking.Length == 0)
            throw new SpotException($"none of {_images.Count} images could be read; {At("inspection.jsonl")} says why");
        AtomicFile.Write(At("ranking.csv"), stream => WriteRanking(stream, log, ranking));
        DrawOverlays(log, ranking.AsSpan(0, Math.Min(overlays, ranking.Length)), stop);
        return new InspectionSummary(log.Count, log.Damaged, [.. ranking.Take(Shown).Select(log.Read)]);
    }

    private InspectedImage[] Inspect(int first, int count, CancellationToken stop)
    {
        var decoded = new RgbImage?[count];
        string?[] errors = new string?[count];
        Parallel.For(0, count, new ParallelOptions { CancellationToken = stop }, i =>
        {
            try
            {
                decoded[i] = _images.Load(first + i, _inspector.Target);
            }
            catch (ImageFormatException damaged)
            {
                errors[i] = damaged.Reason;
            }
        });
        Queue<ImageInspection> found = new(_inspector.Inspect([.. decoded.OfType<RgbImage>()], stop));
        return [.. Enumerable.Range(0, count).Select(i =>
            new InspectedImage(_images.Name(first + i), errors[i] is null ? found.Dequeue() : null, errors[i]))];
    }

    private static void WriteRanking(Stream stream, InspectionLog log, int[] ranking)
    {
        using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        text.WriteLine("rank,name,repaired,whole,window_x,window_y,window_width,window_height,mean_damage");
        for (int rank = 0; rank < ranking.Length; rank++)
        {
            InspectedImage image = log.Read(ranking[rank]);
            ImageInspection found = image.Found!;
            (double x, double y, double width, double height) =
                (found.Window.X, found.Window.Y, found.Window.Width, found.Window.Height);
            string damage = found.Map?.Mean.ToString("0.0000", CultureInfo.InvariantCulture) ?? "";
            text.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{rank + 1},{CsvText.Field(image.Name)},{found.Repaired:0.0000},{found.Whole:0.0000},{x:0.####},{y:0.####},"
                + $"{width:0.####},{height:0.####},{damage}"));
        }
    }

    private void DrawOverlays(InspectionLog log, ReadOnlySpan<int> ranking, CancellationToken stop)
    {
        for (int rank = 0; rank < ranking.Length; rank++)
        {
            stop.ThrowIfCancellationRequested();
            InspectedImage image = log.Read(ranking[rank]);
            RgbImage overlay = HeatMapOverlay.Draw(LoadAgain(ranking[rank]), image.Found!);
            string name = string.Create(CultureInfo.InvariantCulture, $"{rank + 1:D4}-{OutputName.Of(image.Name)}.png");
            PngFile.Write(At("overlays", name), overlay);
        }
    }

    private RgbImage LoadAgain(int index)
    {
        try
        {
            return _images.Load(index, HeatMapOverlay.Target);
        }
        catch (ImageFormatException changed)
        {
            throw new SpotException($"{changed.Message}; it could be read when it was inspected", changed);
        }
    }

    private string At(params ReadOnlySpan<string> parts) => Path.Combine([_folder, .. parts]);
}
