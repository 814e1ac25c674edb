namespace SpotArtifacts.Search;

/// <summary>The k nearest rows of each query so far, most similar first; equal ones in the order of rows.</summary>
internal sealed class NearestRows(int queries, int k)
{
    private readonly (float Similarity, int Row)[] _best = new (float, int)[queries * k];
    private readonly int[] _counts = new int[queries];

    /// <summary>A query's hits.</summary>
    internal (float Similarity, int Row)[] Of(int query) => Span(query).ToArray();

    /// <summary>Takes a block's best into account.</summary>
    /// <param name="firstQuery">Query of the first row of values.</param>
    /// <param name="firstRow">Index row that the block's 0 is.</param>
    /// <param name="values">Queries x m similarities, falling.</param>
    /// <param name="indices">Their rows in the block.</param>
    /// <param name="count">Queries.</param>
    internal void Merge(int firstQuery, int firstRow, float[] values, long[] indices, int count)
    {
        int length = values.Length / count;
        for (int i = 0; i < count; i++)
            for (int j = 0; j < length; j++)
                if (!Insert(firstQuery + i, values[i * length + j], firstRow + (int)indices[i * length + j])) break;
    }

    // False when it is no better than what is there: those behind it are not either.
    private bool Insert(int query, float similarity, int row)
    {
        Span<(float Similarity, int Row)> best = _best.AsSpan(query * k, k);
        int at = _counts[query];
        if (at == k)
        {
            if (best[k - 1].Similarity > similarity) return false;
            if (!Before(similarity, row, best[k - 1])) return true;
            at = k - 1;
        }
        else _counts[query]++;
        for (; at > 0 && Before(similarity, row, best[at - 1]); at--) best[at] = best[at - 1];
        best[at] = (similarity, row);
        return true;
    }

    private static bool Before(float similarity, int row, (float Similarity, int Row) other) =>
        similarity > other.Similarity || (similarity == other.Similarity && row < other.Row);

    private ReadOnlySpan<(float Similarity, int Row)> Span(int query) => _best.AsSpan(query * k, _counts[query]);
}
