using SpotArtifacts.Images;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>Few of many labels.</summary>
internal static class LabelSubset
{
    /// <summary>
    /// Numbers of images, equally many of each class (the first classes have one more where it does not divide), drawn by the
    /// seed.
    /// </summary>
    /// <param name="labels">Label of each image.</param>
    /// <param name="count">How many in all; 0 for all images.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="seed">Equal seeds draw equal images; a larger count holds those of a smaller one.</param>
    /// <exception cref="SpotException">There are fewer than the classes, or a class has too few.</exception>
    internal static int[] Draw(IReadOnlyList<int> labels, int count, int classes, ulong seed)
    {
        if (count == 0)
            return [.. Enumerable.Range(0, labels.Count)];
        if (count < classes)
            throw new SpotException($"labels={count} is fewer than one for each of {classes} classes");
        var drawn = new List<int>(count);
        for (int c = 0; c < classes; c++)
        {
            int[] of = [.. Enumerable.Range(0, labels.Count).Where(i => labels[i] == c)];
            int wanted = count / classes + (c < count % classes ? 1 : 0);
            if (of.Length < wanted)
                throw new SpotException(
                    $"labels={count} asks for {wanted} images of class {c}, the training images have {of.Length}");
            drawn.AddRange(SeededRandom.Permutation(of.Length, SeededRandom.Mix(seed, (ulong)c)).Take(wanted).Select(i => of[i]));
        }
        return [.. drawn.Order()];
    }
}
