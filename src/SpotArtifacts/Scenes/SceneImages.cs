using SpotArtifacts.Images;

namespace SpotArtifacts.Scenes;

/// <summary>
/// An endless labelled set of small pictures that needs no files: lit, textured solids on textured floors, ten classes told
/// apart by shape only. Picture <c>index</c> of <c>seed</c> is the same on any number of threads.
/// </summary>
public static class SceneImages
{
    private static readonly (string Name, Func<SceneRandom, Solid> Draw)[] s_classes =
    [
        ("ball", _ => new Ball()),
        ("cube", random => new Cube(random)),
        ("cone", random => new Cone(random)),
        ("ring", random => new Ring(random)),
        ("mug", random => new Mug(random)),
        ("table", random => new Table(random)),
        ("chair", random => new Chair(random)),
        ("bottle", random => new Bottle(random)),
        ("dumbbell", random => new Dumbbell(random)),
        ("jack", random => new Jack(random)),
    ];

    /// <summary>Names of the classes; a label is an index into this list.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = [.. s_classes.Select(one => one.Name)];

    /// <summary>
    /// The class of a picture, 0 to <c>ClassNames.Count - 1</c>. Every aligned block of <c>ClassNames.Count</c> pictures holds
    /// each class once, in a drawn order, so any long range of indices is balanced.
    /// </summary>
    /// <param name="index">Which picture, 0 or more.</param>
    /// <param name="seed">Which set.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public static int Label(int index, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        // the complement keeps block streams apart from picture streams
        var random = new SceneRandom(seed, ~(long)(index / s_classes.Length));
        Span<int> order = stackalloc int[s_classes.Length];
        for (int i = 0; i < order.Length; i++)
        {
            int other = random.Below(i + 1);
            order[i] = order[other];
            order[other] = i;
        }

        return order[index % s_classes.Length];
    }

    /// <summary>Renders one picture.</summary>
    /// <param name="index">Which picture, 0 or more.</param>
    /// <param name="seed">Which set.</param>
    /// <param name="size">Side in pixels, 1 to 4096. The same scene at any size.</param>
    /// <returns>The picture (size x size RGB) and its label, an index into <see cref="ClassNames"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or the size is outside 1 to 4096.</exception>
    public static (RgbImage Image, int Label) Render(int index, long seed, int size = 32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, 4096);
        int label = Label(index, seed);
        var random = new SceneRandom(seed, index);
        var scene = new Scene(DrawSolid(label, random), random);
        return (new SceneRenderer(scene).Render(size), label);
    }

    /// <summary>Renders one picture and says which of its pixels show the object, so that it can be cut out.</summary>
    /// <param name="index">Which picture, 0 or more.</param>
    /// <param name="seed">Which set.</param>
    /// <param name="size">Side in pixels, 1 to 4096.</param>
    /// <returns>The picture, a value for each of its pixels, row by row, and the label.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or the size is outside 1 to 4096.</exception>
    internal static (RgbImage Image, bool[] IsObject, int Label) RenderCutout(int index, long seed, int size)
    {
        (RgbImage image, int label) = Render(index, seed, size);
        var random = new SceneRandom(seed, index);
        var scene = new Scene(DrawSolid(label, random), random);
        return (image, new SceneRenderer(scene).Cover(size), label);
    }

    /// <summary>Renders consecutive pictures on several threads.</summary>
    /// <param name="first">Index of the first picture, 0 or more. Disjoint ranges of one seed make training and test
    /// sets.</param>
    /// <param name="count">Number of pictures, 0 or more.</param>
    /// <param name="seed">Which set.</param>
    /// <param name="size">Side in pixels, 1 to 4096.</param>
    /// <param name="threads">Threads at most; 0 = one per processor. The result does not depend on it.</param>
    /// <param name="cancellation">Stops between pictures.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SceneSet RenderRange(
        int first, int count, long seed, int size = 32, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, int.MaxValue - first);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, 4096);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        var images = new RgbImage[count];
        int[] labels = new int[count];
        var limits = new ParallelOptions
        {
            MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads,
            CancellationToken = cancellation,
        };
        Parallel.For(0, count, limits, i => (images[i], labels[i]) = Render(first + i, seed, size));
        return new SceneSet(images, labels);
    }

    /// <summary>An object of a class with its proportions drawn.</summary>
    internal static Solid DrawSolid(int label, SceneRandom random) => s_classes[label].Draw(random);
}

/// <summary>Rendered pictures with their labels, in index order.</summary>
/// <param name="Images">The pictures, all of one size.</param>
/// <param name="Labels">One label per picture, an index into <see cref="SceneImages.ClassNames"/>.</param>
public sealed record SceneSet(IReadOnlyList<RgbImage> Images, IReadOnlyList<int> Labels);
