using SpotArtifacts.Images;

namespace SpotArtifacts.Transfer;

/// <summary>Decoded images that all have a label.</summary>
public sealed class LabelledImages : IDisposable
{
    private readonly ImageSet _set;

    private LabelledImages(ImageSet set, DecodedImages images, int[] indices) => (_set, Images, Indices) = (set, images, indices);

    /// <summary>The images, damaged ones among them.</summary>
    public DecodedImages Images { get; }

    /// <summary>Indices of the good ones, in the set's order.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>Number of good images.</summary>
    public int Count => Indices.Count;

    /// <summary>Number of classes: one more than the largest label.</summary>
    public int ClassCount => _set.ClassCount;

    /// <summary>Names of the classes, where folders give them.</summary>
    public IReadOnlyList<string>? ClassNames => _set.ClassNames;

    /// <summary>STL-10's predefined folds, as numbers among the good images; null where the set has none.</summary>
    public IReadOnlyList<int[]>? Folds => Images.Set.Folds is not { } folds ? null
        : [.. folds.Select(fold => fold.Select(NumberOf).ToArray())];

    /// <summary>Opens paths and decodes what is there; damaged images are left out.</summary>
    /// <exception cref="SpotException">An image has no label, or the images cannot be used.</exception>
    public static LabelledImages Open(IReadOnlyList<string> paths, ImageSetOptions? options = null)
    {
        ImageSet set = ImageSet.Open(paths, options);
        try
        {
            if (!set.HasLabels)
                throw new SpotException(
                    $"{string.Join(", ", paths)}: {set.LabelledCount} of {set.Count} images have a label; a probe needs all: one "
                        + $"folder for each class, or tar shards with a .cls beside each image");
            DecodedImages images = new(set);
            return new LabelledImages(set, images, images.DecodeAll());
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    /// <summary>Checks that two sets speak of the same classes.</summary>
    /// <exception cref="SpotException">They do not.</exception>
    public static void RequireSameClasses(LabelledImages train, LabelledImages test)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        if (train.ClassNames is { } a && test.ClassNames is { } b && !a.SequenceEqual(b))
            throw new SpotException(
                $"the class folders differ: training has {string.Join(", ", a)}; test has {string.Join(", ", b)}");
        if (test.ClassCount > train.ClassCount)
            throw new SpotException(
                $"the test images have {test.ClassCount} classes, the training images only {train.ClassCount}");
    }

    /// <summary>Label of each good image.</summary>
    public int[] Labels() => [.. Indices.Select(Images.Label)];

    /// <summary>A good image by its number among them.</summary>
    public RgbImage Get(int number) => Images.Get(Indices[number], out _);

    /// <inheritdoc/>
    public void Dispose() => _set.Dispose();

    // Indices are ascending; bare pixels cannot be damaged, so all of a fold are there.
    private int NumberOf(int index) => ((int[])Indices).AsSpan().BinarySearch(index);
}
