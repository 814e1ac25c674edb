using System.Globalization;
using Microsoft.Extensions.Logging;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Repair;

/// <summary>
/// Damages and repairs a set of images into a folder: <c>sheets/</c> (twelve images each: input, decoded, damaged, repaired,
/// keep mask), <c>repaired/</c> (each repaired image) and <c>repair.csv</c>. Interrupted, it goes on behind the last whole
/// sheet.
/// </summary>
internal sealed class RepairRun
{
    private const string Header =
        "number,name,kept_share,repaired_probability_decoded,repaired_probability_damaged,repaired_probability_repaired";

    private readonly ImageRepair _repair;
    private readonly ImageSet _images;
    private readonly string _folder;

    /// <summary>Prepares a run.</summary>
    /// <param name="repair">What repairs.</param>
    /// <param name="images">The images.</param>
    /// <param name="folder">Made where it is missing; must be empty or that of the same work.</param>
    /// <param name="settings">What decides the results, as text: a folder of other settings is refused.</param>
    /// <exception cref="SpotException">The folder holds something else, or cannot be made.</exception>
    public RepairRun(ImageRepair repair, ImageSet images, string folder, IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(repair);
        ArgumentNullException.ThrowIfNull(images);
        (_repair, _images, _folder) = (repair, images, Path.GetFullPath(folder));
        ResultFolder.Claim(
            _folder, settings.Append(new("images", images.Count.ToString(CultureInfo.InvariantCulture))), "sheets");
        Directory.CreateDirectory(At("repaired"));
    }

    /// <summary>Repairs what is left to repair.</summary>
    /// <param name="progress">Told after each sheet.</param>
    /// <param name="logger">Told of images that cannot be read.</param>
    /// <param name="stop">Stops between sheets; those that are done stay, and another call goes on behind them.</param>
    /// <exception cref="SpotException">None of the images could be read.</exception>
    public void Run(IProgress<DecodingProgress>? progress, ILogger logger, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(logger);
        if (!ResultFolder.Write(_folder, () => RunHere(progress, logger, stop)))
            throw new SpotException($"none of {_images.Count} images could be read");
    }

    private bool RunHere(IProgress<DecodingProgress>? progress, ILogger logger, CancellationToken stop)
    {
        int sheets = (_images.Count + SampleImages.Count - 1) / SampleImages.Count, skipped = 0, done = 0;
        while (File.Exists(Sheet(done)))
            done++;
        bool any = BeginTable(done * SampleImages.Count);
        for (int sheet = done; sheet < sheets; sheet++)
        {
            stop.ThrowIfCancellationRequested();
            int first = sheet * SampleImages.Count, count = Math.Min(SampleImages.Count, _images.Count - first);
            List<(int Number, RgbImage Image)> decoded = Decode(first, count, logger);
            skipped += count - decoded.Count;
            IReadOnlyList<RepairedImage> repaired = _repair.Repair(decoded);
            any |= repaired.Count > 0;
            File.AppendAllLines(At("repair.csv"), repaired.Select((image, i) => Row(decoded[i].Number, image)));
            for (int i = 0; i < repaired.Count; i++)
            {
                int number = decoded[i].Number;
                string name = FormattableString.Invariant($"{number + 1:D4}-{OutputName.Of(_images.Name(number))}.png");
                PngFile.Write(At("repaired", name), repaired[i].Repaired);
            }
            // Last: a sheet says that its images are done.
            if (repaired.Count > 0)
                PngFile.Write(Sheet(sheet), Draw(repaired));
            progress?.Report(new DecodingProgress(first + count, _images.Count, skipped));
        }
        return any;
    }

    private List<(int, RgbImage)> Decode(int first, int count, ILogger logger)
    {
        List<(int, RgbImage)> decoded = [];
        for (int i = first; i < first + count; i++)
        {
            try
            {
                decoded.Add((i, _images.Load(i, new DecodeTarget(_repair.Size, areaRootShare: 1, sideShare: 1))));
            }
            catch (ImageFormatException damaged)
            {
                logger.ImageLeftOut(damaged.Message);
            }
        }
        return decoded;
    }

    private RgbImage Draw(IReadOnlyList<RepairedImage> images)
    {
        var sheet = new ContactSheet();
        sheet.AddRow("input", [.. images.Select(image => image.Input)]);
        sheet.AddRow("decoded", [.. images.Select(image => image.Decoded)]);
        sheet.AddRow("damaged", [.. images.Select(image => image.Damaged)]);
        sheet.AddRow("repaired", [.. images.Select(image => image.Repaired)]);
        sheet.AddRow("keep mask",
            [.. images.Select(image =>
            PlanarPixels.GreyMap(image.Mask, _repair.Grid, _repair.Grid, _repair.Size / _repair.Grid))]);
        return sheet.Render(SampleImages.Scale(_repair.Size));
    }

    private string Row(int number, RepairedImage image) => string.Create(CultureInfo.InvariantCulture,
        $"{number + 1},{CsvText.Field(_images.Name(number))},{image.Mask.Average():0.####},{image.Verdicts.Decoded:0.0000},"
        + $"{image.Verdicts.Damaged:0.0000},{image.Verdicts.Repaired:0.0000}");

    // Rows of a sheet that was not finished come again, a torn one among them.
    private bool BeginTable(int finished)
    {
        string file = At("repair.csv");
        string[] kept = !File.Exists(file) ? [] : [.. File.ReadLines(file).Where(row =>
            int.TryParse(row.AsSpan(0, Math.Max(0, row.IndexOf(',', StringComparison.Ordinal))), CultureInfo.InvariantCulture,
                out int number) && number <= finished)];
        AtomicFile.WriteText(file, string.Concat(kept.Prepend(Header).Select(row => row + "\n")));
        return kept.Length > 0;
    }

    private string Sheet(int index) => At("sheets", string.Create(CultureInfo.InvariantCulture, $"{index + 1:D4}.png"));

    private string At(params ReadOnlySpan<string> parts) => Path.Combine([_folder, .. parts]);
}
