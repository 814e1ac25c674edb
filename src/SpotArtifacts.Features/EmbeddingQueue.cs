using System.Collections.Concurrent;
using System.Diagnostics;

namespace SpotArtifacts.Features;

/// <summary>Views of one or more images whose features are wanted.</summary>
/// <param name="Views">Count * 3 * S * S values (NCHW) in [-1, 1].</param>
/// <param name="Count">Number of images.</param>
/// <param name="Alone">Never joined with others: the same views then give the same bits whatever else is going on.</param>
internal sealed record EmbeddingRequest(float[] Views, int Count, bool Alone)
{
    /// <summary>Count * D numbers when it is done.</summary>
    internal TaskCompletionSource<float[]> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The span it was asked for in; none by default.</summary>
    internal ActivityContext Asker { get; } = Activity.Current?.Context ?? default;
}

/// <summary>
/// One thread that computes what any number of threads ask for. Requests that wait while others are computed are joined into
/// one batch; nobody waits for a batch to fill.
/// </summary>
internal sealed class EmbeddingQueue : IDisposable
{
    private readonly BlockingCollection<EmbeddingRequest> _queue = [];
    private readonly Thread _thread;
    private readonly int _batch;
    private readonly Func<IReadOnlyList<EmbeddingRequest>, float[]> _compute;

    /// <param name="batch">Most images of joined requests.</param>
    /// <param name="compute">Computes the features of all images of some requests, on the thread.</param>
    internal EmbeddingQueue(int batch, Func<IReadOnlyList<EmbeddingRequest>, float[]> compute)
    {
        (_batch, _compute) = (batch, compute);
        _thread = new Thread(Loop) { IsBackground = true, Name = "spot model" };
        _thread.Start();
    }

    /// <summary>Asks for features.</summary>
    /// <exception cref="ObjectDisposedException">The queue is disposed.</exception>
    internal Task<float[]> Add(EmbeddingRequest request)
    {
        try
        {
            _queue.Add(request);
        }
        catch (Exception e) when (e is InvalidOperationException or ObjectDisposedException)
        {
            throw new ObjectDisposedException(nameof(SpotModel), e);
        }
        return request.Done.Task;
    }

    /// <summary>Finishes what was asked for, then ends the thread.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        _thread.Join();
        _queue.Dispose();
    }

    private void Loop()
    {
        EmbeddingRequest? held = null;
        while (held is not null || _queue.TryTake(out held, Timeout.Infinite))
        {
            List<EmbeddingRequest> joined = Join(held, out held);
            try
            {
                HandOut(joined, _compute(joined));
            }
#pragma warning disable CA1031 // Whatever it is, it belongs to those who asked.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                foreach (EmbeddingRequest request in joined)
                    request.Done.TrySetException(failure);
            }
        }
    }

    private List<EmbeddingRequest> Join(EmbeddingRequest first, out EmbeddingRequest? held)
    {
        List<EmbeddingRequest> joined = [first];
        int images = first.Count;
        held = null;
        while (!first.Alone && images < _batch && _queue.TryTake(out EmbeddingRequest? next))
        {
            if (next.Alone || images + next.Count > _batch)
            {
                held = next;
                break;
            }
            joined.Add(next);
            images += next.Count;
        }
        return joined;
    }

    private static void HandOut(List<EmbeddingRequest> requests, float[] values)
    {
        if (requests.Count == 1)
        {
            requests[0].Done.SetResult(values);
            return;
        }
        int dimensions = values.Length / requests.Sum(request => request.Count), first = 0;
        foreach (EmbeddingRequest request in requests)
        {
            int length = request.Count * dimensions;
            request.Done.SetResult(values.AsSpan(first, length).ToArray());
            first += length;
        }
    }
}
