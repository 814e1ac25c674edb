using SpotArtifacts.Images;
using SpotArtifacts.Images.Voc;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>A region that is trained on.</summary>
/// <param name="Box">Where.</param>
/// <param name="Class">0 background, else class + 1.</param>
/// <param name="Target">Offsets to its true box; meaningful for a class above 0.</param>
internal readonly record struct TrainingRegion(Box Box, int Class, BoxOffsets Target);

/// <summary>
/// One training image's regions: its true boxes (difficult ones left out) and its proposals, each with the true box it overlaps
/// most (rbgirshick/fast-rcnn <c>lib/roi_data_layer/roidb.py</c>, <c>minibatch.py</c>).
/// </summary>
internal sealed class RegionSet
{
    /// <summary>Overlap from which on a region is foreground (config.py FG_THRESH, BBOX_THRESH).</summary>
    public const double Foreground = 0.5;

    /// <summary>Least overlap of a background region (BG_THRESH_LO): those below are easy.</summary>
    public const double Background = 0.1;

    private readonly TrainingRegion[] _foreground, _background;

    private RegionSet(TrainingRegion[] foreground, TrainingRegion[] background) => (_foreground, _background) =
        (foreground, background);

    /// <summary>Regions with a class, true boxes first.</summary>
    public IReadOnlyList<TrainingRegion> ForegroundRegions => _foreground;

    /// <summary>Regions without.</summary>
    public IReadOnlyList<TrainingRegion> BackgroundRegions => _background;

    /// <summary>Sorts an image's regions.</summary>
    public static RegionSet Of(IReadOnlyList<VocObject> objects, IReadOnlyList<Box> proposals)
    {
        (Box Box, int Class)[] truth = [.. objects.Where(o => !o.Difficult).Select(o => (Box.Of(o.Box), o.Class + 1))];
        List<TrainingRegion> foreground = [], background = [];
        foreach (Box box in truth.Select(t => t.Box).Concat(proposals))
        {
            double best = 0;
            int match = -1;
            for (int i = 0; i < truth.Length; i++)
                if (box.Overlap(truth[i].Box) is double overlap && overlap > best)
                    (best, match) = (overlap, i);
            if (best >= Foreground)
                foreground.Add(new TrainingRegion(box, truth[match].Class, BoxOffsets.Between(box, truth[match].Box)));
            else if (best >= Background)
                background.Add(new TrainingRegion(box, 0, default));
        }
        return new RegionSet([.. foreground], [.. background]);
    }

    /// <summary>The same in a mirrored image.</summary>
    public RegionSet Mirrored(int width)
    {
        TrainingRegion Mirror(TrainingRegion r) =>
            r with { Box = r.Box.Mirrored(width), Target = r.Target with { X = -r.Target.X } };
        return new RegionSet([.. _foreground.Select(Mirror)], [.. _background.Select(Mirror)]);
    }

    /// <summary>
    /// Draws regions without replacement: foreground up to its share, the rest background; fewer where there are fewer.
    /// </summary>
    /// <param name="count">Regions wanted.</param>
    /// <param name="share">Share of foreground, rounded (FG_FRACTION).</param>
    /// <param name="seed">Which.</param>
    public IReadOnlyList<TrainingRegion> Sample(int count, double share, ulong seed)
    {
        int foreground = Math.Min((int)Math.Round(share * count, MidpointRounding.ToEven), _foreground.Length);
        return [.. Draw(_foreground, foreground, seed),
            .. Draw(_background, Math.Min(count - foreground, _background.Length), ~seed)];
    }

    private static IEnumerable<TrainingRegion> Draw(TrainingRegion[] from, int count, ulong seed) =>
        SeededRandom.Permutation(from.Length, seed).Take(count).Select(i => from[i]);
}

/// <summary>
/// Mean and deviation of each class's offsets over all foreground regions of a set; what is learned is offsets in these units.
/// </summary>
internal sealed class OffsetStatistics
{
    private readonly double[,] _mean = new double[VocClasses.MaskClasses, 4], _deviation = new double[VocClasses.MaskClasses, 4];

    /// <summary>Of sets of regions; a class with no spread keeps its units.</summary>
    public OffsetStatistics(IEnumerable<RegionSet> sets)
    {
        double[,] squares = new double[VocClasses.MaskClasses, 4];
        int[] count = new int[VocClasses.MaskClasses];
        foreach (TrainingRegion region in sets.SelectMany(set => set.ForegroundRegions))
        {
            count[region.Class]++;
            double[] values = Values(region.Target);
            for (int k = 0; k < 4; k++)
            {
                _mean[region.Class, k] += values[k];
                squares[region.Class, k] += values[k] * values[k];
            }
        }
        for (int c = 0; c < count.Length; c++)
            for (int k = 0; k < 4; k++)
            {
                double mean = count[c] == 0 ? 0 : _mean[c, k] / count[c],
                variance = count[c] == 0 ? 0 : squares[c, k] / count[c] - mean * mean;
                (_mean[c, k], _deviation[c, k]) = (mean, variance > 1e-12 ? Math.Sqrt(variance) : 1);
            }
    }

    /// <summary>Offsets in units of the class: four numbers.</summary>
    public float[] Normalize(int classNumber, BoxOffsets offsets) =>
        [.. Values(offsets).Select((value, k) => (float)((value - _mean[classNumber, k]) / _deviation[classNumber, k]))];

    /// <summary>The way back.</summary>
    public BoxOffsets Restore(int classNumber, ReadOnlySpan<float> values) => new(
        At(classNumber, 0, values[0]), At(classNumber, 1, values[1]), At(classNumber, 2, values[2]),
        At(classNumber, 3, values[3]));

    private double At(int c, int k, float value) => value * _deviation[c, k] + _mean[c, k];

    private static double[] Values(BoxOffsets offsets) => [offsets.X, offsets.Y, offsets.Width, offsets.Height];
}
