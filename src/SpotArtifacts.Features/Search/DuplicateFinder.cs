using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Scanning;

namespace SpotArtifacts.Features.Search;

/// <summary>How two images are copies of one another.</summary>
public enum DuplicateKind
{
    /// <summary>The same bytes.</summary>
    Exact,

    /// <summary>They look alike as a whole: compressed or resized anew.</summary>
    Near,

    /// <summary>One is a part of the other.</summary>
    Cropped,
}

/// <summary>What <see cref="DuplicateFinder"/> calls a copy. The defaults were measured: docs/duplicates.md.</summary>
public sealed record DuplicateOptions
{
    /// <summary>
    /// Images whose features are most like an image's that are looked at as a part of it or its whole, 1 or more.
    /// </summary>
    public int Candidates { get; init; } = 6;

    /// <summary>Least correlation of grey values between a part and its place in the whole, 0 to 1.</summary>
    public double MinCorrelation { get; init; } = 0.95;

    /// <summary>Largest mean difference of grey values there, 0 to 255.</summary>
    public double MaxDifference { get; init; } = 10;

    /// <summary>
    /// A new folder for the index while it is needed, removed afterwards; one for temporary files unless said here. Takes 8 bytes
    /// for each number of each image.
    /// </summary>
    public string? WorkFolder { get; init; }
}

/// <summary>Images that are copies of one another.</summary>
/// <param name="Images">Indices into the set, the largest image first, then in the set's order.</param>
/// <param name="Kind">The weakest reason that holds the group together.</param>
public sealed record DuplicateGroup(IReadOnlyList<int> Images, DuplicateKind Kind);

/// <summary>What was found.</summary>
/// <param name="Groups">In the order of their first image.</param>
/// <param name="Damaged">Images that cannot be used, and why.</param>
/// <param name="DamagedIndices">Indices of those into the set.</param>
public sealed record DuplicateReport(
    IReadOnlyList<DuplicateGroup> Groups, IReadOnlyList<SkippedImage> Damaged, IReadOnlyList<int> DamagedIndices);

/// <summary>
/// Finds copies in three steps, each over what the one before left: equal files by their digest, look-alikes by perceptual hash
/// (both as <see cref="ImageScan"/> does), and crops, which no hash of a whole image sees: features propose, for each image,
/// the most similar ones, and grey values decide whether one is a part of the other. All pairs are compared by features, a
/// block of rows at a time; memory holds about 1.3 kB an image, whatever their number.
/// </summary>
public sealed class DuplicateFinder
{
    private const int QueriesAtOnce = 1024;

    private readonly SpotModel _model;
    private readonly ImageSet _set;
    private readonly DuplicateOptions _options;
    private readonly IProgress<DecodingProgress>? _progress;
    private readonly GreyPicture?[] _pictures;
    private readonly DuplicateLinks _links;

    private DuplicateFinder(SpotModel model, ImageSet set, DuplicateOptions options, IProgress<DecodingProgress>? progress)
    {
        (_model, _set, _options, _progress) = (model, set, options, progress);
        _pictures = new GreyPicture?[set.Count];
        _links = new DuplicateLinks(set.Count);
    }

    /// <summary>The features that propose crops best, as measured: early ones, that keep some layout.</summary>
    public static SpotModelOptions ModelOptions { get; } = new() { Layer = FeatureLayer.Conv2, Pooling = FeaturePooling.Grid };

    /// <summary>Finds copies.</summary>
    /// <param name="model">Whose features propose.</param>
    /// <param name="set">The images.</param>
    /// <param name="options">What counts as a copy.</param>
    /// <param name="progress">Told of each image as it is looked at (stage <c>looking</c>, from any thread), then after each batch of
    /// <c>features</c> and of <c>comparing</c>.</param>
    /// <param name="cancellation">Stops between images; nothing is left behind.</param>
    /// <exception cref="SpotException">Too many images are damaged.</exception>
    public static DuplicateReport Find(
        SpotModel model, ImageSet set, DuplicateOptions? options = null, IProgress<DecodingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(set);
        return new DuplicateFinder(model, set, options ?? new DuplicateOptions(), progress).Find(cancellation);
    }

    private StageProgress Stage(string name) => new(_progress, name);

    private DuplicateReport Find(CancellationToken cancellation)
    {
        ImageScan scan = ImageScan.Look(
            _set, null, Stage("looking"), cancellation, (index, image) => _pictures[index] = GreyPicture.Of(image));
        foreach (int[] group in DuplicateSearch.Exact(scan.Contents))
            _links.Join(group, DuplicateKind.Exact);
        foreach (int[] group in DuplicateSearch.Near(scan.Looks, cancellation))
            _links.Join(group, DuplicateKind.Near);
        FindCrops(cancellation);
        int[] damaged = [.. Enumerable.Range(0, _set.Count).Where(index => scan.Damage[index] is not null)];
        return new DuplicateReport(
            _links.Groups(image => -(long)scan.Sizes[image].Width * scan.Sizes[image].Height),
            [.. damaged.Select(index => new SkippedImage(_set.Name(index), scan.Damage[index]!))], damaged);
    }

    private void FindCrops(CancellationToken cancellation)
    {
        DirectoryInfo work = _options.WorkFolder is { } folder
            ? Directory.CreateDirectory(folder)
            : Directory.CreateTempSubdirectory("spot-duplicates-");
        try
        {
            string path = Path.Combine(work.FullName, "index");
            FeatureIndexBuilder.Build(
                _model, _set, new FeatureIndexOptions { Path = path, Sources = [] }, Stage("features"), cancellation);
            using FeatureIndex index = FeatureIndex.Open(path, cancellation);
            Compare(index, Stage("comparing"), cancellation);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private void Compare(FeatureIndex index, StageProgress progress, CancellationToken cancellation)
    {
        List<int> images = [];
        List<float[]> queries = [];
        using FeaturePass pass = new(_model, _set, parts: ImageWindows.Of);
        foreach (FeatureRows rows in pass.Run(cancellation))
        {
            images.AddRange(rows.Indices);
            queries.AddRange(rows.Values.Chunk(_model.Dimensions));
            progress.Report(new DecodingProgress(rows.Next, _set.Count, pass.Images.Skipped.Count));
            if (queries.Count < QueriesAtOnce && rows.Next < _set.Count)
                continue;
            Compare(index, images, queries, cancellation);
            images.Clear();
            queries.Clear();
        }
    }

    private void Compare(FeatureIndex index, List<int> images, List<float[]> queries, CancellationToken cancellation)
    {
        // One more: the most similar image is the image itself.
        NearestRows nearest = index.Nearest(_model, queries, _options.Candidates + 1, cancellation);
        (int Image, int Other)[] pairs = [.. Enumerable.Range(0, queries.Count)
            .SelectMany(query => nearest.Of(query).Select(hit => (images[query], index.ImageOf(hit.Row)))).Where(pair =>
                pair.Item1 != pair.Item2).Distinct()];
        Parallel.ForEach(
            pairs, new ParallelOptions { CancellationToken = cancellation }, pair => Compare(pair.Image, pair.Other));
    }

    private void Compare(int image, int other)
    {
        if (_links.AreJoined(image, other) || _pictures[image] is not { } one || _pictures[other] is not { } two)
            return;
        if (Matches(one, two) || Matches(two, one))
            _links.Join([image, other], DuplicateKind.Cropped);
    }

    private bool Matches(GreyPicture whole, GreyPicture part) =>
        PartialMatching.Find(whole, part) is { } match && match.Correlation >= _options.MinCorrelation
            && match.Difference <= _options.MaxDifference;
}
