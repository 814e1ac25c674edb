using Cloud.Unum.USearch;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Features.Search;

/// <summary>
/// A graph over the rows of a <see cref="FeatureIndex"/> (HNSW, by USearch) that finds most of the nearest rows without looking at
/// all of them. It stands beside the index, in a file whose name has the index's checksum; what it proposes is compared exactly,
/// by the index's own rows. Thread-safe.
/// </summary>
public sealed class ApproximateIndex : IDisposable
{
    /// <summary>Rows that are proposed for each query unless said otherwise.</summary>
    public const int DefaultCandidates = 100;

    private const int BatchRows = 1024;

    private readonly FeatureIndex _index;
    private readonly USearchIndex _graph;

    private ApproximateIndex(FeatureIndex index, USearchIndex graph) => (_index, _graph) = (index, graph);

    /// <summary>The file of an index's graph: <c>INDEX.CHECKSUM.usearch</c>.</summary>
    public static string PathOf(FeatureIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        return $"{index.Path}.{index.Checksum}.usearch";
    }

    /// <summary>Builds the graph of an index and writes it: the file is complete or absent.</summary>
    /// <param name="index">The index.</param>
    /// <param name="progress">Told after each batch of rows.</param>
    /// <param name="cancellation">Stops between batches of rows; nothing is written then.</param>
    /// <returns>The file.</returns>
    /// <exception cref="SpotException">USearch has no library for this platform, or the file cannot be written.</exception>
    public static string Build(
        FeatureIndex index, IProgress<DecodingProgress>? progress = null, CancellationToken cancellation = default)
    {
        string path = PathOf(index);
        OutputFile.RequireNew(path);
        // Unit length makes the scalar product a cosine; halves cost the proposals nothing that the exact comparison could see.
        using USearchIndex graph = Native(() => new USearchIndex(
            MetricKind.Ip, ScalarKind.BFloat16, (ulong)index.Dimensions, connectivity: 32, expansionAdd: 256));
        for (int first = 0; first < index.Count; first += BatchRows)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(BatchRows, index.Count - first);
            float[][] rows = [.. index.Rows(first, count).Chunk(index.Dimensions)];
            graph.Add([.. Enumerable.Range(first, count).Select(row => (ulong)row)], rows);
            progress?.Report(new DecodingProgress(first + count, index.Count, 0));
        }
        string unfinished = path + ".partial";
        try
        {
            graph.Save(unfinished);
            File.Move(unfinished, path);
        }
        catch (Exception failure) when (failure is USearchException or IOException or UnauthorizedAccessException)
        {
            File.Delete(unfinished);
            throw new OutputException($"{path}: cannot be written: {failure.Message}", failure);
        }
        return path;
    }

    /// <summary>Opens the graph of an index; the index stays open while this is in use, and is not disposed with it.</summary>
    /// <exception cref="SpotException">
    /// There is none, it is damaged or not of this index, or USearch has no library for this platform; the message says what to do.
    /// </exception>
    public static ApproximateIndex Open(FeatureIndex index)
    {
        string path = PathOf(index), remedy = $"make one with: spot search graph --index {index.Path}";
        if (!File.Exists(path))
            throw new SpotException($"{path} is not there: the index has no graph, or was made anew after it; {remedy}");
        USearchIndex graph;
        try
        {
            graph = Native(() => new USearchIndex(path, view: true));
        }
        catch (USearchException e)
        {
            throw new SpotException($"{path} is damaged ({e.Message}); delete it and {remedy}", e);
        }
        if ((graph.Size(), graph.Dimensions()) == ((ulong)index.Count, (ulong)index.Dimensions))
            return new ApproximateIndex(index, graph);
        graph.Dispose();
        throw new SpotException(
            $"{path} does not have the index's {index.Count} rows of {index.Dimensions}; delete it and {remedy}");
    }

    /// <summary>As <see cref="FeatureIndex.Search"/>, among the rows that the graph proposes.</summary>
    /// <param name="model">The model the vectors come from.</param>
    /// <param name="vectors">Q vectors of the model's.</param>
    /// <param name="k">1 or more.</param>
    /// <param name="candidates">Rows proposed for each query: more find more, and take longer; at least k are.</param>
    /// <param name="cancellation">Stops between queries.</param>
    /// <exception cref="SpotException">The model is another than the index's.</exception>
    public IReadOnlyList<IReadOnlyList<SearchHit>> Search(
        SpotModel model, IReadOnlyList<float[]> vectors, int k, int candidates = DefaultCandidates,
        CancellationToken cancellation = default)
    {
        _index.RequireSame(model);
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var found = new IReadOnlyList<SearchHit>[vectors.Count];
        Parallel.For(0, vectors.Count, new ParallelOptions { CancellationToken = cancellation }, query =>
            found[query] = [.. Nearest(_index.Standardize(vectors[query]), k, candidates).Select(_index.HitOf)]);
        return found;
    }

    /// <summary>The nearest of the rows that the graph proposes for a unit query.</summary>
    internal (float Similarity, int Row)[] Nearest(float[] query, int k, int candidates)
    {
        // USearch searches as widely as it is asked for rows.
        _graph.Search(query, Math.Min(Math.Max(k, candidates), _index.Count), out ulong[] rows, out _);
        return [.. rows.Select(row => (Similarity: _index.Similarity((int)row, query), Row: (int)row))
            .OrderByDescending(hit => hit.Similarity).ThenBy(hit => hit.Row).Take(k)];
    }

    /// <summary>Nothing, where USearch has a library.</summary>
    /// <exception cref="SpotException">It has none for this platform, or the system does not load it.</exception>
    internal static void RequireLibrary() => Native(() => new USearchIndex(MetricKind.Ip, ScalarKind.Float32, 8)).Dispose();

    /// <summary>Closes the graph.</summary>
    public void Dispose() => _graph.Dispose();

    private static USearchIndex Native(Func<USearchIndex> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or TypeInitializationException
            or EntryPointNotFoundException)
        {
            string said = (e.InnerException ?? e).Message;
            throw new SpotException(
                "USearch cannot be loaded on this machine; exact search works everywhere. Its package has libraries for x64 on "
                + "Linux (they need libgomp.so.1: Debian and Ubuntu have it in libgomp1) and Windows, and for arm64 on macOS. "
                + $"The system says: {said.Split('\n').Skip(1).FirstOrDefault(said).Trim()}", e);
        }
    }
}
