namespace SpotArtifacts.Transfer.Voc;

/// <summary>
/// The folds of scikit-learn's StratifiedKFold without shuffling: each class's rows in order, in consecutive stretches, sizes
/// dealt out so that folds are as equal as can be.
/// </summary>
internal static class StratifiedFolds
{
    /// <summary>Fold of each row, 0 to <paramref name="folds"/> - 1.</summary>
    /// <exception cref="ArgumentException">A class has fewer rows than there are folds.</exception>
    internal static int[] Assign(ReadOnlySpan<bool> positive, int folds)
    {
        int positives = positive.Count(true), negatives = positive.Length - positives;
        if (Math.Min(positives, negatives) < folds)
            throw new ArgumentException($"{positives} positive and {negatives} negative rows are too few for {folds} folds");
        bool firstClass = positive[0]; // classes are numbered by first appearance there
        int firstCount = firstClass ? positives : negatives;
        int[][] sizes = [new int[folds], new int[folds]];
        // Rows sorted by class are dealt to the folds one by one; how many of each class a fold got is its share.
        for (int i = 0; i < positive.Length; i++)
            sizes[i < firstCount ? 0 : 1][i % folds]++;
        int[] assigned = new int[positive.Length];
        int[] fold = [0, 0], left = [sizes[0][0], sizes[1][0]];
        for (int i = 0; i < assigned.Length; i++)
        {
            int k = positive[i] == firstClass ? 0 : 1;
            while (left[k] == 0)
                left[k] = sizes[k][++fold[k]];
            assigned[i] = fold[k];
            left[k]--;
        }
        return assigned;
    }
}
