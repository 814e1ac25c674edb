using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Mapping;

/// <summary>How features are laid out in the plane.</summary>
public enum MapMethod
{
    /// <summary>t-SNE: neighbours stay neighbours; distances between groups mean little.</summary>
    Tsne,

    /// <summary>The two strongest principal components: directions mean something; groups may lie over one another.</summary>
    Pca,
}

/// <summary>How a map is made.</summary>
public sealed record ImageMapOptions
{
    /// <summary>How features are laid out.</summary>
    public MapMethod Method { get; init; }

    /// <summary>Most images, 3 to 10,000; of more, so many are drawn at random.</summary>
    public int MaxImages { get; init; } = 2000;

    /// <summary>Which images.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>About how many neighbours of an image count in t-SNE, 2 to 1000.</summary>
    public double Perplexity { get; init; } = 30;
}

/// <summary>Images, each with its place in the plane.</summary>
/// <param name="Indices">The images, in the set's order.</param>
/// <param name="Places">x and y of each, 0 to 1, y downwards; one scale for both.</param>
/// <param name="Skipped">Damaged images that were left out.</param>
public sealed record ImageMap(
    IReadOnlyList<int> Indices, IReadOnlyList<(float X, float Y)> Places, IReadOnlyList<SkippedImage> Skipped)
{
    private const int Components = 50;

    /// <summary>
    /// Computes the features of a set's images and lays them out: standardised, each of length 1, as search compares them.
    /// </summary>
    /// <param name="model">Which features.</param>
    /// <param name="set">Of which images.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told after each batch of images (stage <c>features</c>), then after each step of the layout (<c>map</c>).
    /// </param>
    /// <param name="cancellation">Stops between batches and steps; nothing is left behind.</param>
    /// <exception cref="SpotException">Fewer than three images are good, or an option is out of its range.</exception>
    public static ImageMap Make(
        SpotModel model, ImageSet set, ImageMapOptions? options = null, IProgress<DecodingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(set);
        options ??= new ImageMapOptions();
        if (options.MaxImages is < 3 or > NeighborEmbedding.MaxPoints)
            throw new SpotException(
                $"a map of {options.MaxImages} images: the number must be 3 to {NeighborEmbedding.MaxPoints}");
        if (options.Perplexity is not (>= 2 and <= 1000))
            throw new SpotException($"a perplexity of {options.Perplexity} must be 2 to 1000");
        ChosenImages images = Sample(model, set, options, new StageProgress(progress, "features"), cancellation);
        if (images.Indices.Count < 3)
            throw new SpotException($"{images.Indices.Count} of {set.Count} images are good; a map takes at least 3");
        float[] places = Place(Comparable(model, images.Rows), model.Dimensions, options, new StageProgress(progress, "map"),
            cancellation);
        return new ImageMap(images.Indices, Scale(places), images.Skipped);
    }

    private static ChosenImages Sample(
        SpotModel model, ImageSet set, ImageMapOptions options, StageProgress progress, CancellationToken cancellation)
    {
        KeyedPermutation order = new(set.Count, options.Seed);
        int[] chosen =
            [.. Enumerable.Range(0, Math.Min(set.Count, options.MaxImages)).Select(i => order[i]).Order()];
        return ChosenImages.Embed(model, set, chosen, progress, cancellation);
    }

    private static float[] Place(
        float[] standard, int dimensions, ImageMapOptions options, StageProgress progress,
        CancellationToken cancellation)
    {
        if (options.Method == MapMethod.Pca)
            return PrincipalComponents.Project(standard, dimensions, 2);
        NeighborEmbeddingOptions embedding = new() { Perplexity = options.Perplexity };
        return NeighborEmbedding.Embed(
            PrincipalComponents.Project(standard, dimensions, Components), Math.Min(dimensions, Components), embedding,
            progress, cancellation);
    }

    // As in an index: the whitened vector has its scale already.
    private static float[] Comparable(SpotModel model, float[] values) =>
        model.Layer == FeatureLayer.Whitened ? values : Standardize(values, model.Dimensions);

    // Each number by its mean and deviation over all rows, then each row by its length.
    private static float[] Standardize(float[] values, int dimensions)
    {
        int count = values.Length / dimensions;
        double[] mean = new double[dimensions], squares = new double[dimensions];
        for (int i = 0; i < values.Length; i++)
            mean[i % dimensions] += values[i] / (double)count;
        for (int i = 0; i < values.Length; i++)
            squares[i % dimensions] += Math.Pow(values[i] - mean[i % dimensions], 2) / count;
        double[] deviation = Array.ConvertAll(squares, square => Math.Max(Math.Sqrt(square), 1e-6));
        float[] standard = new float[values.Length];
        for (int i = 0; i < values.Length; i++)
            standard[i] = (float)((values[i] - mean[i % dimensions]) / deviation[i % dimensions]);
        for (int row = 0; row < count; row++)
            UnitLength.Scale(standard.AsSpan(row * dimensions, dimensions));
        return standard;
    }

    private static (float X, float Y)[] Scale(float[] places)
    {
        float[] x = [.. places.Where((_, i) => i % 2 == 0)], y = [.. places.Where((_, i) => i % 2 == 1)];
        float span = Math.Max(Math.Max(x.Max() - x.Min(), y.Max() - y.Min()), 1e-12f);
        return [.. x.Zip(
            y, (a, b) => (0.5f + (a - (x.Max() + x.Min()) / 2) / span, 0.5f + (b - (y.Max() + y.Min()) / 2) / span))];
    }
}
