using SpotArtifacts.Images.Voc;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>
/// One confusion matrix over all pixels of all images (VOCdevkit VOCevalseg.m; shelhamer/fcn.berkeleyvision.org score.py).
/// </summary>
/// <param name="counts">Of pixels so far, truth by truth; null for none.</param>
internal sealed class SegmentationConfusion(long[]? counts = null)
{
    private const int Classes = VocClasses.MaskClasses;
    private readonly long[] _counts = counts ?? new long[Classes * Classes];

    /// <summary>Pixels of each class that were taken for each.</summary>
    internal long[] Counts => _counts;

    /// <summary>Adds an image's pixels; those whose truth is 255 are left out.</summary>
    /// <param name="truth">Class of each pixel, 0 to 20, or 255.</param>
    /// <param name="predicted">Predicted class of each, 0 to 20.</param>
    public void Add(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> predicted)
    {
        if (truth.Length != predicted.Length)
            throw new ArgumentException($"{truth.Length} pixels, {predicted.Length} predictions");
        for (int i = 0; i < truth.Length; i++)
            if (truth[i] != VocClasses.Ignore)
                _counts[truth[i] * Classes + predicted[i]]++;
    }

    /// <summary>Share of judged pixels that are right.</summary>
    public double PixelAccuracy => (double)Enumerable.Range(0, Classes).Sum(c => _counts[c * Classes + c]) / _counts.Sum();

    /// <summary>Intersection over union of a class, 0 to 1; null where neither truth nor prediction has a pixel of it.</summary>
    public double? IntersectionOverUnion(int maskClass)
    {
        long both = _counts[maskClass * Classes + maskClass];
        long either = Enumerable.Range(0, Classes)
            .Sum(c => _counts[maskClass * Classes + c] + _counts[c * Classes + maskClass]) - both;
        return either == 0 ? null : (double)both / either;
    }

    /// <summary>Mean over the classes (background among them) that occur in truth or prediction.</summary>
    public double MeanIntersectionOverUnion() => Enumerable.Range(0, Classes).Select(IntersectionOverUnion).OfType<double>()
        .Average();
}
