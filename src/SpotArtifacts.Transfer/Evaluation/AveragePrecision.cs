namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>The three ways in which the field turns a ranking into one number. Pure functions; results are 0 to 1.</summary>
public static class AveragePrecision
{
    /// <summary>
    /// VOC 2007's rule: mean over recalls 0, 0.1, ..., 1 of the highest precision at that recall or beyond (VOCdevkit
    /// VOCevalcls.m, VOCevaldet.m).
    /// </summary>
    /// <param name="right">Whether each item is right, highest score first.</param>
    /// <param name="positives">Number of items there are to be found; 1 or more.</param>
    public static double ElevenPoint(ReadOnlySpan<bool> right, int positives)
    {
        (double[] recall, double[] precision) = Curve(right, positives);
        double sum = 0;
        for (int t = 0; t <= 10; t++)
        {
            double highest = 0;
            for (int i = 0; i < recall.Length; i++)
                // Recalls are ratios of whole numbers: 0.1 * 3 must not miss 3 of 10.
                if (recall[i] >= t / 10.0 - 1e-12)
                    highest = Math.Max(highest, precision[i]);
            sum += highest;
        }
        return sum / 11;
    }

    /// <summary>VOC 2010's rule: area under the precision made monotone (VOCdevkit 2010 VOCap.m).</summary>
    /// <param name="right">Whether each item is right, highest score first.</param>
    /// <param name="positives">Number of items there are to be found; 1 or more.</param>
    public static double InterpolatedArea(ReadOnlySpan<bool> right, int positives)
    {
        (double[] recall, double[] precision) = Curve(right, positives);
        double sum = 0, envelope = 0;
        for (int i = recall.Length - 1; i >= 0; i--)
        {
            envelope = Math.Max(envelope, precision[i]);
            sum += (recall[i] - (i > 0 ? recall[i - 1] : 0)) * envelope;
        }
        return sum;
    }

    /// <summary>
    /// scikit-learn's <c>average_precision_score </c>: precision at each threshold, weighted by the gain in recall, without
    /// interpolation. Items of equal score cross the threshold together.
    /// </summary>
    /// <param name="scores">Higher is more likely.</param>
    /// <param name="positive">Whether each is positive; at least one is.</param>
    public static double Area(ReadOnlySpan<float> scores, ReadOnlySpan<bool> positive)
    {
        int[] order = Ranking(scores);
        int positives = Count(positive), found = 0;
        double sum = 0;
        for (int i = 0; i < order.Length;)
        {
            int before = found, end = i;
            while (end < order.Length && scores[order[end]].Equals(scores[order[i]]))
                found += positive[order[end++]] ? 1 : 0;
            sum += (double)(found - before) / positives * found / end;
            i = end;
        }
        return sum;
    }

    /// <summary>VOC 2007's rule for scores: items of equal score stay in their order, as in the devkit's stable sort.</summary>
    /// <param name="scores">Higher is more likely.</param>
    /// <param name="positive">Whether each is positive; at least one is.</param>
    public static double ElevenPoint(ReadOnlySpan<float> scores, ReadOnlySpan<bool> positive)
    {
        int[] order = Ranking(scores);
        bool[] right = new bool[order.Length];
        for (int i = 0; i < right.Length; i++)
            right[i] = positive[order[i]];
        return ElevenPoint(right, Count(positive));
    }

    /// <summary>Indices by falling score, equal ones in their order; not a number comes last.</summary>
    internal static int[] Ranking(ReadOnlySpan<float> scores)
    {
        float[] keys = scores.ToArray();
        return [.. Enumerable.Range(0, keys.Length)
            .OrderByDescending(i => float.IsNaN(keys[i]) ? float.NegativeInfinity : keys[i])];
    }

    private static (double[] Recall, double[] Precision) Curve(ReadOnlySpan<bool> right, int positives)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(positives, 1);
        double[] recall = new double[right.Length], precision = new double[right.Length];
        int found = 0;
        for (int i = 0; i < right.Length; i++)
        {
            found += right[i] ? 1 : 0;
            recall[i] = (double)found / positives;
            precision[i] = (double)found / (i + 1);
        }
        return (recall, precision);
    }

    private static int Count(ReadOnlySpan<bool> positive)
    {
        int count = positive.Count(true);
        return count > 0 ? count : throw new ArgumentException("average precision needs at least one positive");
    }
}
