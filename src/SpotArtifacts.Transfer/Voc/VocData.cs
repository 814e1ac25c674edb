using SpotArtifacts.Images;
using SpotArtifacts.Images.Voc;
using SpotArtifacts.Settings;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>The devkits behind an evaluation's paths, and what all VOC protocols do with them.</summary>
/// <param name="Train">Holds the training split.</param>
/// <param name="Test">Holds the test split; often the same folder.</param>
internal sealed record VocData(VocDevkit Train, VocDevkit Test)
{
    /// <summary>The settings every VOC protocol has.</summary>
    internal static SettingKeys<T> SplitKeys<T>()
        where T : VocOptions => new()
        {
            { o => o.TrainSplit, "list of ImageSets/ that is trained on" },
            { o => o.TestSplit, "list of ImageSets/ that is tested on" },
        };

    /// <summary>Why the paths are no devkits with lists for a task, or null when they are.</summary>
    internal static string? CannotUse(EvaluationData data, VocTask task)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Options is { QuarantineList: not null } or { Exclude.Count: > 0 })
            return "reads the images that the devkit lists, all of them: leave --quarantine and --exclude out";
        foreach ((string flag, IReadOnlyList<string> paths) in (ReadOnlySpan<(string, IReadOnlyList<string>)>)[("--train",
            data.TrainPaths), ("--test", data.TestPaths)])
        {
            if (paths.Count != 1)
                return $"needs one PASCAL VOC devkit, {flag} VOCdevkit/VOC2007, and got {paths.Count} paths";
            try
            {
                if (!VocDevkit.Open(paths[0]).HasLists(task))
                    return $"{paths[0]} has no lists of images in ImageSets/{task}";
            }
            catch (VocException failure)
            {
                return failure.Message;
            }
        }
        return null;
    }

    /// <summary>Opens both.</summary>
    /// <exception cref="VocException">A path is no devkit.</exception>
    internal static VocData Open(EvaluationData data) =>
        new(VocDevkit.Open(data.TrainPaths[0]), VocDevkit.Open(data.TestPaths[0]));

    /// <summary>What of the data moves the number.</summary>
    internal IEnumerable<(string, string)> Facts(VocOptions options, int trainImages, int testImages) =>
    [
        ("training split", FormattableString.Invariant($"{Train.Year} {options.TrainSplit}, {trainImages} images")),
        ("test split", FormattableString.Invariant($"{Test.Year} {options.TestSplit}, {testImages} images")),
    ];
}

/// <summary>Settings of every VOC protocol; the keys say what each means.</summary>
internal abstract record VocOptions
{
    public string TrainSplit { get; init; } = "trainval";
    public string TestSplit { get; init; } = "test";
}

/// <summary>A split's images, decoded when asked for and kept as long as a budget of memory lasts.</summary>
/// <param name="devkit">Where they are.</param>
/// <param name="ids">Which.</param>
internal sealed class VocImages(VocDevkit devkit, IReadOnlyList<string> ids)
{
    private const long MemoryBudget = 1L << 30;
    private readonly RgbImage?[] _kept = new RgbImage?[ids.Count];
    private long _left = MemoryBudget;

    /// <summary>Number of images.</summary>
    internal int Count => ids.Count;

    /// <summary>Their identifiers.</summary>
    internal IReadOnlyList<string> Ids => ids;

    /// <summary>An image in full size.</summary>
    internal RgbImage Get(int index)
    {
        if (_kept[index] is { } kept)
            return kept;
        RgbImage image = devkit.ReadImage(ids[index]);
        if ((_left -= image.Pixels.Length) > 0)
            _kept[index] = image;
        return image;
    }
}

/// <summary>A split with labels for classification.</summary>
/// <param name="Images">Its images.</param>
/// <param name="Labels">A row of 20 for each: -1 absent, 0 difficult, 1 present.</param>
internal sealed record VocLabelledSplit(VocImages Images, sbyte[][] Labels)
{
    /// <summary>Reads a split of ImageSets/Main.</summary>
    internal static VocLabelledSplit Read(VocDevkit devkit, string split)
    {
        IReadOnlyList<string> ids = devkit.ReadSplit(VocTask.Main, split);
        return new VocLabelledSplit(new VocImages(devkit, ids), devkit.ReadLabels(ids, split));
    }

    /// <summary>Classes with at least one image that shows them.</summary>
    internal IEnumerable<int> PresentClasses => Enumerable.Range(0, VocClasses.Names.Count)
        .Where(c => Array.Exists(Labels, row => row[c] == 1));
}
