using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Search;

/// <summary>A set of images searched for in an index.</summary>
/// <param name="Indices">The queries: those of the set's images that are good.</param>
/// <param name="Found">What was found for each, most similar first.</param>
/// <param name="Skipped">Damaged images among the queries.</param>
/// <param name="Precision">
/// Share of the images found that have the query's label, 0 to 1; null unless all on both sides have one.
/// </param>
public sealed record SearchResults(
    IReadOnlyList<int> Indices, IReadOnlyList<IReadOnlyList<SearchHit>> Found, IReadOnlyList<SkippedImage> Skipped,
    double? Precision)
{
    /// <summary>Why there is no precision although both sides have labels; else null.</summary>
    public string? WithoutPrecision { get; private init; }

    private const int QueriesAtOnce = 4096;

    /// <summary>Searches for each image of a set.</summary>
    /// <param name="index">The gallery.</param>
    /// <param name="model">The model it was made with.</param>
    /// <param name="set">The queries. Labels are compared by what they stand for.</param>
    /// <param name="k">Images to find for each, 1 or more.</param>
    /// <param name="progress">Told after each batch of queries is computed.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="SpotException">The index is of another model, or no query is good.</exception>
    public static SearchResults Of(
        FeatureIndex index, SpotModel model, ImageSet set, int k, IProgress<DecodingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        return Of(index, model, set, vectors => index.Search(model, vectors, k, cancellation), progress, cancellation);
    }

    /// <summary>Searches for each image of a set, in whatever way.</summary>
    internal static SearchResults Of(
        FeatureIndex index, SpotModel model, ImageSet set,
        Func<IReadOnlyList<float[]>, IReadOnlyList<IReadOnlyList<SearchHit>>> search,
        IProgress<DecodingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(set);
        index.RequireSame(model);
        List<int> indices = [];
        List<float[]> waiting = [];
        List<IReadOnlyList<SearchHit>> found = [];
        using FeaturePass pass = new(model, set);
        foreach (FeatureRows rows in pass.Run(cancellation))
        {
            indices.AddRange(rows.Indices);
            waiting.AddRange(rows.Values.Chunk(model.Dimensions));
            progress?.Report(new DecodingProgress(rows.Next, set.Count, pass.Images.Skipped.Count));
            if (waiting.Count < QueriesAtOnce && rows.Next < set.Count)
                continue;
            found.AddRange(search(waiting));
            waiting.Clear();
        }
        if (indices.Count == 0)
            throw new SpotException(
                $"none of {set.Count} images to search for is good: {pass.Images.Skipped[0].Name} "
                + $"({pass.Images.Skipped[0].Reason})");
        (Func<int, string> own, Func<int, string> other) = set.LabelMeaning.Compare(index.LabelMeaning, out string? problem);
        bool labelled = index.HasLabels && set.HasLabels;
        return new SearchResults(indices, found, pass.Images.Skipped,
            labelled && problem is null ? Agreement(set, indices, found, own, other) : null)
        {
            WithoutPrecision = labelled ? problem : null,
        };
    }

    private static double Agreement(
        ImageSet set, List<int> indices, List<IReadOnlyList<SearchHit>> found, Func<int, string> own, Func<int, string> other)
    {
        long right = 0, all = 0;
        for (int i = 0; i < indices.Count; i++)
        {
            string wanted = own(set.Label(indices[i]));
            right += found[i].Count(hit => other(hit.Label) == wanted);
            all += found[i].Count;
        }
        return (double)right / all;
    }
}
