namespace SpotArtifacts.Distributed;

/// <summary>One process alone: nothing is to be exchanged.</summary>
internal sealed class SingleProcess : ICommunicator
{
    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public string Description => "one process";

    /// <inheritdoc/>
    public void Broadcast(Span<byte> bytes, int root)
    {
    }

    /// <inheritdoc/>
    public void Broadcast(Floats values, int root)
    {
    }

    /// <inheritdoc/>
    public void Gather(ReadOnlySpan<byte> mine, Span<byte> all) => mine.CopyTo(all);

    /// <inheritdoc/>
    public unsafe void Gather(Floats mine, Floats all) => Copy(mine, all);

    /// <inheritdoc/>
    public IPendingSum StartSum(Floats values) => new Done();

    /// <inheritdoc/>
    public void Exchange(Floats sent, Floats received) => Copy(sent, received);

    /// <inheritdoc/>
    public void Barrier()
    {
    }

    /// <inheritdoc/>
    public void Abort(int status)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static unsafe void Copy(Floats from, Floats to) =>
        Buffer.MemoryCopy((void*)from.Address, (void*)to.Address, to.Count * sizeof(float), from.Count * sizeof(float));

    private sealed class Done : IPendingSum
    {
        public TimeSpan InFlight => TimeSpan.Zero;

        public void Finish()
        {
        }
    }
}
