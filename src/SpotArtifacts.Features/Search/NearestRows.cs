using System.Numerics.Tensors;

namespace SpotArtifacts.Features.Search;

/// <summary>
/// The k nearest rows of each query so far, most similar first; equal ones in the order of rows. What is found does not depend
/// on the order in which rows are offered. Thread-safe.
/// </summary>
internal sealed class NearestRows
{
    private readonly (float Similarity, int Row)[] _best;
    private readonly int[] _counts;
    private readonly float[] _least;
    private readonly Lock[] _gates;
    private readonly int _k;

    internal NearestRows(int queries, int k)
    {
        _k = k;
        _best = new (float, int)[queries * k];
        _counts = new int[queries];
        _least = new float[queries];
        Array.Fill(_least, float.NegativeInfinity);
        _gates = [.. Enumerable.Range(0, Math.Min(queries, 64)).Select(_ => new Lock())];
    }

    /// <summary>A query's hits.</summary>
    internal (float Similarity, int Row)[] Of(int query) => _best.AsSpan(query * _k, _counts[query]).ToArray();

    /// <summary>Takes rows into account.</summary>
    /// <param name="query">Whose similarities these are.</param>
    /// <param name="firstRow">The row of the first of them.</param>
    /// <param name="similarities">Similarities of as many rows, one after the other.</param>
    internal void Offer(int query, int firstRow, ReadOnlySpan<float> similarities)
    {
        // Most blocks have nothing that is good enough. What is the least that counts only grows: an old value lets too many
        // through, not too few.
        if (TensorPrimitives.Max(similarities) < Volatile.Read(ref _least[query]))
            return;
        lock (_gates[query % _gates.Length])
            for (int i = 0; i < similarities.Length; i++)
                if (similarities[i] >= _least[query])
                    Insert(query, similarities[i], firstRow + i);
    }

    private void Insert(int query, float similarity, int row)
    {
        Span<(float Similarity, int Row)> best = _best.AsSpan(query * _k, _k);
        int at = _counts[query];
        if (at == _k)
        {
            if (!Before(similarity, row, best[at - 1]))
                return;
            at--;
        }
        else
            _counts[query]++;
        for (; at > 0 && Before(similarity, row, best[at - 1]); at--)
            best[at] = best[at - 1];
        best[at] = (similarity, row);
        if (_counts[query] == _k)
            Volatile.Write(ref _least[query], best[_k - 1].Similarity);
    }

    private static bool Before(float similarity, int row, (float Similarity, int Row) other) =>
        similarity > other.Similarity || (similarity == other.Similarity && row < other.Row);
}
