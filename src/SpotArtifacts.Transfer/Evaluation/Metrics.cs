namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>Numbers that summarise predictions; pure functions. Fractions are 0 to 1.</summary>
public static class Metrics
{
    /// <summary>
    /// Fraction of rows whose label is among the k highest scores; of equal scores the lower class counts as higher.
    /// </summary>
    /// <param name="scores">N * classes scores, row-major; not a number counts as lowest.</param>
    /// <param name="labels">N labels, 1 or more.</param>
    /// <param name="k">1 or more; with as many as there are classes the result is 1.</param>
    public static double TopKAccuracy(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, int k = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        int classes = Columns(scores.Length, labels.Length);
        int right = 0;
        for (int i = 0; i < labels.Length; i++)
            if (Rank(scores.Slice(i * classes, classes), labels[i]) < k)
                right++;
        return (double)right / labels.Length;
    }

    /// <summary>
    /// Fraction of queries that have an item of their own class among the k first of their ranking (recall@k of metric learning:
    /// Jegou et al. 2011, as used since Song et al. 2016).
    /// </summary>
    /// <param name="ranked">Q * depth indices of gallery items, row-major, closest first.</param>
    /// <param name="galleryLabels">Label of each gallery item.</param>
    /// <param name="queryLabels">Q labels, 1 or more.</param>
    /// <param name="k">1 to depth.</param>
    public static double RecallAtK(ReadOnlySpan<long> ranked, ReadOnlySpan<int> galleryLabels, ReadOnlySpan<int> queryLabels,
        int k)
    {
        int depth = Columns(ranked.Length, queryLabels.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, depth);
        int found = 0;
        for (int q = 0; q < queryLabels.Length; q++)
            foreach (long item in ranked.Slice(q * depth, k))
                if (galleryLabels[(int)item] == queryLabels[q])
                {
                    found++;
                    break;
                }
        return (double)found / queryLabels.Length;
    }

    /// <summary>Mean of 1 or more values.</summary>
    public static double Mean(IReadOnlyList<double> values) => values.Average();

    /// <summary>Sample standard deviation (divisor n - 1); null for fewer than two values.</summary>
    public static double? Deviation(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count < 2)
            return null;
        double mean = Mean(values);
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }

    private static int Rank(ReadOnlySpan<float> scores, int label)
    {
        int before = 0;
        float own = scores[label];
        for (int c = 0; c < scores.Length; c++)
            if (c != label && (scores[c] > own || (scores[c] == own && c < label)
                || (float.IsNaN(own) && !float.IsNaN(scores[c]))))
                before++;
        return before;
    }

    private static int Columns(int values, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return values % rows == 0 && values > 0 ? values / rows
            : throw new ArgumentException($"{values} values cannot be divided into {rows} rows");
    }
}
