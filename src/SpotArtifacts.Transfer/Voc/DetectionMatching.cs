using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>A detected object.</summary>
/// <param name="Image">Which image.</param>
/// <param name="Box">Where.</param>
/// <param name="Score">Higher is surer.</param>
internal readonly record struct Detection(int Image, Box Box, float Score);

/// <summary>An object to be found.</summary>
/// <param name="Image">Which image.</param>
/// <param name="Box">Where.</param>
/// <param name="Difficult">Counts neither way.</param>
internal readonly record struct TrueBox(int Image, Box Box, bool Difficult);

/// <summary>
/// VOC's rule for one class (VOCdevkit VOCevaldet.m): by falling score, a detection is matched with the true box of its image
/// that it overlaps most; right at 0.5 or more; passed over where that box is difficult; wrong where it was found before
/// (duplicates).
/// </summary>
internal static class DetectionMatching
{
    /// <summary>Least overlap of a right detection.</summary>
    public const double MinOverlap = 0.5;

    /// <summary>
    /// Which detections are right, by falling score, those on difficult boxes left out; and how many boxes there are to be found.
    /// </summary>
    public static (bool[] Right, int Positives) Match(IReadOnlyList<Detection> detections, IReadOnlyList<TrueBox> truth)
    {
        ArgumentNullException.ThrowIfNull(detections);
        ILookup<int, int> byImage = Enumerable.Range(0, truth.Count).ToLookup(i => truth[i].Image);
        bool[] found = new bool[truth.Count];
        List<bool> right = [];
        foreach (Detection detection in detections.OrderByDescending(d => d.Score))
        {
            int best = -1;
            double overlap = double.NegativeInfinity;
            foreach (int i in byImage[detection.Image])
                if (detection.Box.Overlap(truth[i].Box) is double o && o > overlap)
                    (best, overlap) = (i, o);
            bool hit = best >= 0 && overlap >= MinOverlap;
            if (hit && truth[best].Difficult)
                continue;
            right.Add(hit && !found[best]);
            if (hit)
                found[best] = true;
        }
        return ([.. right], truth.Count(box => !box.Difficult));
    }

    /// <summary>Average precision of one class by the 2007 and the 2010 rule; null where there is nothing to be found.</summary>
    public static (double ElevenPoint, double Area)? Measure(IReadOnlyList<Detection> detections, IReadOnlyList<TrueBox> truth)
    {
        (bool[] right, int positives) = Match(detections, truth);
        return positives == 0 ? null : (AveragePrecision.ElevenPoint(right, positives),
            AveragePrecision.InterpolatedArea(right, positives));
    }
}
