using SpotArtifacts.Images;

namespace SpotArtifacts.Transfer;

/// <summary>Decoded images that all have a label.</summary>
public sealed class LabelledImages : IDisposable
{
    private readonly ImageSet _set;

    private LabelledImages(ImageSet set, DecodedImages images) => (_set, Images) = (set, images);

    /// <summary>The images.</summary>
    public DecodedImages Images { get; }

    /// <summary>Number of classes: one more than the largest label.</summary>
    public int ClassCount => _set.ClassCount;

    /// <summary>Names of the classes, where folders give them.</summary>
    public IReadOnlyList<string>? ClassNames => _set.ClassNames;

    /// <summary>Opens paths and decodes what is there.</summary>
    /// <exception cref="SpotException">An image has no label, or the images cannot be used.</exception>
    public static LabelledImages Open(IReadOnlyList<string> paths, ImageSetOptions? options = null)
    {
        ImageSet set = ImageSet.Open(paths, options);
        try
        {
            if (!set.HasLabels)
                throw new SpotException($"{string.Join(", ", paths)}: {set.LabelledCount} of {set.Count} images have a label; a probe needs all: one folder for each class, or tar shards with a .cls beside each image");
            return new LabelledImages(set, DecodedImages.Decode(set));
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
            throw new SpotException($"the class folders differ: training has {string.Join(", ", a)}; test has {string.Join(", ", b)}");
        if (test.ClassCount > train.ClassCount)
            throw new SpotException($"the test images have {test.ClassCount} classes, the training images only {train.ClassCount}");
    }

    /// <summary>Label of each image.</summary>
    public int[] Labels() => [.. Enumerable.Range(0, Images.Count).Select(Images.Label)];

    /// <inheritdoc/>
    public void Dispose() => _set.Dispose();
}
