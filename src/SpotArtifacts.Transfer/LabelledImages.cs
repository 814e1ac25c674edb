using Microsoft.Extensions.Logging;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Packing;
using SpotArtifacts.Images.Sharing;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer;

/// <summary>Decoded images that all have a label.</summary>
public sealed class LabelledImages : IDisposable
{
    private const int Named = 10;
    private readonly ImageSet _set;
    private readonly ClassMatch _classes;
    private readonly Func<int, int> _classOf;

    private LabelledImages(ImageSet set, ClassMatch classes, Func<int, int> classOf, ILogger? logger, IWorkShare share,
        CancellationToken stop)
    {
        (_set, _classes, _classOf) = (set, classes, classOf);
        // A probe is no training that damaged images could spoil unseen: each is left out and named.
        Images = new DecodedImages(set, new DecodedImagesOptions { MaxSkippedShare = 1 });
        Indices = Images.DecodeShare(share, FeatureBankFilling.Batch, null, stop);
        foreach (SkippedImage image in Images.Skipped.Take(Named))
            logger?.ImageLeftOut(image.Name, image.Reason);
        if (Images.Skipped.Count > 0)
            logger?.ImagesLeftOut(Images.Skipped.Count, Images.Count);
    }

    /// <summary>The images, damaged ones among them.</summary>
    public DecodedImages Images { get; }

    /// <summary>Indices of the good ones, in the set's order.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>Number of good images.</summary>
    public int Count => Indices.Count;

    /// <summary>Number of classes of the training images.</summary>
    public int ClassCount => _classes.Names.Count;

    /// <summary>The classes of the training images: their names, or numbers as text.</summary>
    public IReadOnlyList<string> ClassNames => _classes.Names;

    /// <summary>STL-10's predefined folds, as numbers among the good images; null where the set has none.</summary>
    public IReadOnlyList<int[]>? Folds => Images.Set.Folds is not { } folds ? null
        : [.. folds.Select(fold => fold.Select(NumberOf).ToArray())];

    /// <summary>Opens paths and decodes what is there; damaged images are left out.</summary>
    /// <param name="paths">Images.</param>
    /// <param name="options">How they are found.</param>
    /// <param name="stop">Looked at between images; nothing is left open.</param>
    /// <exception cref="SpotException">An image has no label, or the images cannot be used.</exception>
    public static LabelledImages Open(
        IReadOnlyList<string> paths, ImageSetOptions? options = null, CancellationToken stop = default)
    {
        ImageSet set = OpenSet(paths, options, stop);
        try
        {
            ClassMatch classes = ClassMatch.Of(set);
            return new LabelledImages(set, classes, classes.OfTrain, null, WholeShare.Instance, stop);
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>Opens training and test images; nothing is decoded before it is known that their labels mean the same.</summary>
    /// <param name="trainPaths">Training images.</param>
    /// <param name="testPaths">Test images.</param>
    /// <param name="options">How both are found; what a quarantine list names may lie on either side.</param>
    /// <param name="logger">Told of classes without a test image, and of damaged images.</param>
    /// <param name="stop">Looked at between images; nothing is left open.</param>
    /// <exception cref="SpotException">
    /// An image has no label, the labels of both sides cannot be compared, or the images cannot be used.
    /// </exception>
    public static (LabelledImages Train, LabelledImages Test) OpenPair(
        IReadOnlyList<string> trainPaths, IReadOnlyList<string> testPaths, ImageSetOptions? options = null,
        ILogger? logger = null, CancellationToken stop = default) =>
        OpenPair(trainPaths, testPaths, options, logger, WholeShare.Instance, stop);

    /// <summary>As the other, together with other processes, each of which decodes a part.</summary>
    internal static (LabelledImages Train, LabelledImages Test) OpenPair(
        IReadOnlyList<string> trainPaths, IReadOnlyList<string> testPaths, ImageSetOptions? options, ILogger? logger,
        IWorkShare share, CancellationToken stop)
    {
        ImageSet? train = null, test = null;
        try
        {
            ImageSetOptions either = (options ?? new ImageSetOptions()) with { QuarantineMayMiss = true };
            train = OpenSet(trainPaths, either, stop);
            test = OpenSet(testPaths, either, stop);
            ImageSet.RequireQuarantineUsed(train, test);
            share.RequireSame("set of images", $"{SetDigest.Of(train)} {SetDigest.Of(test)}");
            ClassMatch classes = ClassMatch.Of(train, test);
            if (classes.Remark is { } remark)
                logger?.ClassesDiffer(remark);
            var pair = (new LabelledImages(train, classes, classes.OfTrain, logger, share, stop),
                new LabelledImages(test, classes, classes.OfTest, logger, share, stop));
            RequireGoodImages(pair.Item1, pair.Item2);
            return pair;
        }
        catch
        {
            train?.Dispose();
            test?.Dispose();
            throw;
        }
    }

    /// <summary>Class of each good image.</summary>
    public int[] Labels() => [.. Indices.Select(ClassOf)];

    /// <summary>The class of an image, 0 to <see cref="ClassCount"/> - 1.</summary>
    /// <param name="index">Its index among all images, damaged ones included.</param>
    public int ClassOf(int index) => _classOf(Images.Label(index));

    /// <summary>A good image by its number among them.</summary>
    public RgbImage Get(int number) => Images.Get(Indices[number], out _);

    /// <inheritdoc/>
    public void Dispose() => _set.Dispose();

    private static ImageSet OpenSet(IReadOnlyList<string> paths, ImageSetOptions? options, CancellationToken stop)
    {
        options ??= new ImageSetOptions();
        ImageSet set = ImageSet.Open(paths, stop.CanBeCanceled ? options with { Cancellation = stop } : options);
        if (set.HasLabels)
            return set;
        using (set)
            throw new SpotException(
                $"{string.Join(", ", paths)}: {set.LabelledCount} of {set.Count} images have a label ({set.WhyUnlabelled}); a "
                    + "probe needs all: one folder for each class, or tar shards with a .cls beside each image");
    }

    // Damage must not do what a missing class may not.
    private static void RequireGoodImages(LabelledImages train, LabelledImages test)
    {
        HashSet<int> trained = [.. train.Labels()];
        if (test.Labels().FirstOrDefault(label => !trained.Contains(label), -1) is >= 0 and var lost)
            throw new SpotException($"no training image of class {train.ClassNames[lost]} is good: repair or replace them");
    }

    // Indices are ascending; bare pixels cannot be damaged, so all of a fold are there.
    private int NumberOf(int index) => ((int[])Indices).AsSpan().BinarySearch(index);
}
