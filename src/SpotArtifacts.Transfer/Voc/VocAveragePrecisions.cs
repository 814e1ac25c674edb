using SpotArtifacts.Images.Voc;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>
/// Average precision of each class over a test split, by both rules; images in which a class is only difficult are left out for
/// that class.
/// </summary>
/// <param name="Classes">Classes that some test image shows; the others have no average precision.</param>
/// <param name="ElevenPoint">By VOC 2007's rule, one for each of them.</param>
/// <param name="Area">By scikit-learn's.</param>
internal sealed record VocAveragePrecisions(IReadOnlyList<int> Classes, IReadOnlyList<double> ElevenPoint,
    IReadOnlyList<double> Area)
{
    /// <summary>What the two rules are called in reports.</summary>
    internal const string RulesText =
        "map_11point: VOC2007 devkit, mean of the best precision at recalls 0, 0.1, ..., 1; map_area: sklearn "
            + "average_precision_score, area without interpolation";

    /// <param name="labels">A row of 20 for each image.</param>
    /// <param name="classes">Which classes.</param>
    /// <param name="score">Score of an image for a class.</param>
    internal static VocAveragePrecisions Of(sbyte[][] labels, IReadOnlyList<int> classes, Func<int, int, float> score)
    {
        List<double> eleven = [], area = [];
        foreach (int c in classes)
        {
            int[] judged = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i][c] != 0)];
            float[] scores = [.. judged.Select(i => score(i, c))];
            bool[] positive = [.. judged.Select(i => labels[i][c] == 1)];
            eleven.Add(AveragePrecision.ElevenPoint(scores, positive));
            area.Add(AveragePrecision.Area(scores, positive));
        }
        return new VocAveragePrecisions(classes, eleven, area);
    }

    /// <summary>Classes both splits show.</summary>
    /// <exception cref="SpotException">There is none.</exception>
    internal static IReadOnlyList<int> CommonClasses(VocLabelledSplit train, VocLabelledSplit test)
    {
        int[] common = [.. train.PresentClasses.Intersect(test.PresentClasses)];
        return common.Length > 0 ? common
            : throw new SpotException("no class is shown by both the training and the test split, so nothing can be measured");
    }

    /// <summary>Which classes the mean is over.</summary>
    internal static (string, string) ClassesFact(IReadOnlyList<int> classes) =>
        ("classes in the mean", classes.Count == VocClasses.Names.Count
        ? "all 20"
        : $"{classes.Count} of 20 ({string.Join(", ", classes.Select(c => VocClasses.Names[c]))}); the others are not shown by "
            + "both splits");
}
