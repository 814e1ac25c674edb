using System.Globalization;
using SpotArtifacts.Images;

namespace SpotArtifacts.Transfer;

/// <summary>
/// The classes of an evaluation: those that training images have, numbered from 0, and what a label of the training or the test
/// images is among them. Labels are compared by what they stand for, so that a class that one side lacks does not move the
/// others.
/// </summary>
internal sealed class ClassMatch
{
    private const int Shown = 5;
    private readonly Dictionary<int, int> _train = [], _test = [];

    private ClassMatch(string[] names) => Names = names;

    /// <summary>The classes in order: their names, or their numbers as text.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>What is to be said before the work: classes without a test image; null when there is nothing.</summary>
    public string? Remark { get; private init; }

    /// <summary>The classes of one set alone.</summary>
    public static ClassMatch Of(ImageSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        ClassMatch match = new([.. set.DistinctLabels.Select(set.LabelMeaning.Text)]);
        for (int i = 0; i < set.DistinctLabels.Count; i++)
            match._train[set.DistinctLabels[i]] = match._test[set.DistinctLabels[i]] = i;
        return match;
    }

    /// <summary>The classes of two sets.</summary>
    /// <exception cref="SpotException">
    /// There is one class only, labels cannot be compared, or test images have a class that was not trained.
    /// </exception>
    public static ClassMatch Of(ImageSet train, ImageSet test)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        LabelMeaning own = train.LabelMeaning, other = test.LabelMeaning;
        if (train.ClassCount < 2)
            throw new SpotException(
                $"all {train.Count} training images are of one class, {own.Text(train.DistinctLabels[0])}; it takes two classes "
                    + "to tell anything apart");
        (Func<int, string> ownKey, Func<int, string> otherKey) = own.Compare(other, out string? problem);
        if (problem is not null)
            throw new SpotException(
                $"training and test labels cannot be compared: {problem}; name classes the same way on both sides, as folders "
                    + "or .cls files");
        string[] keys = [.. train.DistinctLabels.Select(ownKey)];
        HashSet<string> tested = [.. test.DistinctLabels.Select(otherKey)];
        RequireTrained(keys, [.. test.DistinctLabels.Select(otherKey)]);
        ClassMatch match = new([.. train.DistinctLabels.Select(own.Text)])
        {
            Remark = Missing([.. keys.Where(key => !tested.Contains(key))], keys.Length),
        };
        Dictionary<string, int> index = keys.Select((key, i) => (key, i)).ToDictionary(item => item.key, item => item.i);
        foreach (int label in train.DistinctLabels)
            match._train[label] = index[ownKey(label)];
        foreach (int label in test.DistinctLabels)
            match._test[label] = index[otherKey(label)];
        return match;
    }

    /// <summary>The class of a training image's label.</summary>
    public int OfTrain(int label) => _train[label];

    /// <summary>The class of a test image's label.</summary>
    public int OfTest(int label) => _test[label];

    // Such images can never be classified rightly: the number would say less than it seems to.
    private static void RequireTrained(string[] trained, string[] tested)
    {
        string[] unknown = [.. tested.Except(trained)];
        if (unknown.Length == 0)
            return;
        string hint = IsShifted(trained, tested, 1) ? "; the test labels seem to count from 1, the training labels from 0"
            : IsShifted(trained, tested, -1) ? "; the training labels seem to count from 1, the test labels from 0" : "";
        throw new SpotException(
            $"the classes differ: training has {List(trained)}; test has {List(tested)}{hint}; no training image is of "
                + $"{List(unknown)}: add such images, or leave the class out of the test");
    }

    private static bool IsShifted(string[] trained, string[] tested, int shift) => Array.TrueForAll(tested, label =>
        int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && trained.Contains((number - shift).ToString(CultureInfo.InvariantCulture)));

    private static string? Missing(string[] missing, int classes) => missing.Length == 0 ? null
        : $"{missing.Length} of {classes} classes have no test image: {List(missing)}";

    private static string List(string[] classes) => string.Join(", ", classes.Take(Shown))
        + (classes.Length > Shown ? string.Create(CultureInfo.InvariantCulture, $", ... ({classes.Length} classes)") : "");
}
