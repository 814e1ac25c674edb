using SpotArtifacts.Images.Sharing;

namespace SpotArtifacts.Tests.Support;

/// <summary>
/// Several threads that share work as processes do, one at a time: computing at once, their teams of threads would wait for each
/// other.
/// </summary>
internal static class SharedWork
{
    /// <summary>Does the same on each of them, with its own share; the results in the order of ranks.</summary>
    internal static T[] Run<T>(int size, Func<IWorkShare, T> work)
    {
        using Barrier barrier = new(size);
        using SemaphoreSlim turn = new(1);
        byte[][] slots = new byte[size][];
        T[] results = new T[size];
        Exception?[] failures = new Exception?[size];
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            turn.Wait();
            try
            {
                results[rank] = work(new Share(rank, slots, barrier, turn));
            }
            catch (Exception failure)
            {
                failures[rank] = failure;
                barrier.RemoveParticipant(); // the others go on, or fail with it
            }
            finally
            {
                turn.Release();
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        return Array.Find(failures, failure => failure is not null) is { } first ? throw new AggregateException(first) : results;
    }

    private sealed class Share(int rank, byte[][] slots, Barrier barrier, SemaphoreSlim turn) : IWorkShare
    {
        public int Rank => rank;

        public int Size => slots.Length;

        public byte[][] Gather(byte[] mine)
        {
            slots[rank] = mine;
            WaitForAll();
            byte[][] all = [.. slots];
            WaitForAll();
            return all;
        }

        public void Broadcast(Span<byte> bytes, int root) => Gather(bytes.ToArray())[root].CopyTo(bytes);

        public void RequireSame(string what, string text)
        {
            byte[][] all = Gather(System.Text.Encoding.UTF8.GetBytes(text));
            if (!Array.TrueForAll(all, one => one.AsSpan().SequenceEqual(all[0])))
                throw new SpotException($"another {what}");
        }

        private void WaitForAll()
        {
            turn.Release();
            barrier.SignalAndWait();
            turn.Wait();
        }
    }
}
