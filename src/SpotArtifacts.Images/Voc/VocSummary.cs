using System.Globalization;

namespace SpotArtifacts.Images.Voc;

/// <summary>What a devkit holds, counted over all of its files.</summary>
/// <param name="Classes">Classes with at least one list of labels.</param>
/// <param name="LabelledImages">Images that a list of labels names.</param>
/// <param name="DifficultLabels">Labels of 0 among theirs.</param>
/// <param name="Boxes">Objects in the annotations.</param>
/// <param name="DifficultBoxes">Difficult ones among them.</param>
/// <param name="Masks">Segmentation masks.</param>
/// <param name="Damaged">What could not be read, one message each.</param>
internal sealed record VocSummary(
    int Classes, int LabelledImages, int DifficultLabels, int Boxes, int DifficultBoxes, int Masks, IReadOnlyList<string> Damaged)
{
    // trainval is train and val together.
    private static readonly string[][] s_splits = [["trainval", "test"], ["train", "val", "test"]];

    /// <summary>Reads all lists of labels and all annotations; masks are counted only.</summary>
    public static VocSummary Read(VocDevkit devkit)
    {
        ArgumentNullException.ThrowIfNull(devkit);
        List<string> damaged = [];
        (int classes, int labelled, int difficultLabels) = Labels(devkit, damaged);
        int boxes = 0, difficultBoxes = 0;
        foreach (string id in devkit.AnnotationIds())
        {
            IReadOnlyList<VocObject> objects = Try(() => devkit.ReadAnnotation(id).Objects, damaged) ?? [];
            boxes += objects.Count;
            difficultBoxes += objects.Count(one => one.Difficult);
        }
        return new VocSummary(classes, labelled, difficultLabels, boxes, difficultBoxes, devkit.MaskIds().Count(), damaged);
    }

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        string labels = Classes == 0 ? "no labels"
            : $"{Number(Classes)} classes, {Number(LabelledImages)} images labelled ({Number(DifficultLabels)} labels difficult)";
        string boxes = Boxes == 0 ? "no boxes" : $"{Number(Boxes)} boxes ({Number(DifficultBoxes)} difficult)";
        string masks = Masks == 0 ? "no masks" : $"{Number(Masks)} masks";
        return $"{labels}, {boxes}, {masks}" +
            (Damaged.Count == 0 ? "" : $"; {Number(Damaged.Count)} files damaged, the first: {Damaged[0]}");
    }

    private static (int Classes, int Images, int Difficult) Labels(VocDevkit devkit, List<string> damaged)
    {
        HashSet<string> images = new(StringComparer.Ordinal);
        int classes = 0, difficult = 0;
        for (int c = 0; c < VocClasses.Names.Count; c++)
        {
            string[] splits =
                [.. (devkit.HasLabels(c, "trainval") ? s_splits[0] : s_splits[1]).Where(split => devkit.HasLabels(c, split))];
            classes += splits.Length > 0 ? 1 : 0;
            foreach (string split in splits)
                foreach (
                    (string id, int label) in Try(() => devkit.ReadLabels(c, split), damaged) ?? new Dictionary<string, int>())
                {
                    images.Add(id);
                    difficult += label == 0 ? 1 : 0;
                }
        }
        return (classes, images.Count, difficult);
    }

    private static T? Try<T>(Func<T> read, List<string> damaged) where T : class
    {
        try
        {
            return read();
        }
        catch (VocException failure)
        {
            damaged.Add(failure.Message);
            return null;
        }
    }

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
