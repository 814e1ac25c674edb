namespace SpotArtifacts.Distributed;

/// <summary>Numbers of Float32 without gaps, wherever they lie.</summary>
/// <param name="Address">Of the first.</param>
/// <param name="Count">How many.</param>
internal readonly record struct Floats(nint Address, long Count);

/// <summary>What ranks do together. Every rank calls the same operations in the same order.</summary>
internal interface ICommunicator : IDisposable
{
    /// <summary>This process, 0 to Size - 1.</summary>
    int Rank { get; }

    /// <summary>Number of processes.</summary>
    int Size { get; }

    /// <summary>What carries the numbers, in words.</summary>
    string Description { get; }

    /// <summary>Gives one rank's bytes to all.</summary>
    void Broadcast(Span<byte> bytes, int root);

    /// <summary>Gives one rank's numbers to all.</summary>
    void Broadcast(Floats values, int root);

    /// <summary>Puts the bytes of all ranks one behind the other, on each.</summary>
    /// <param name="mine">As many on each rank.</param>
    /// <param name="all">Size times as many.</param>
    void Gather(ReadOnlySpan<byte> mine, Span<byte> all);

    /// <summary>Puts the numbers of all ranks one behind the other, on each.</summary>
    void Gather(Floats mine, Floats all);

    /// <summary>Begins to add up numbers over the ranks, in place; they are not to be touched before the end.</summary>
    IPendingSum StartSum(Floats values);

    /// <summary>Sends part i of the numbers to rank i, and receives this rank's part of each rank's.</summary>
    /// <param name="sent">Size parts of equal length.</param>
    /// <param name="received">As many.</param>
    void Exchange(Floats sent, Floats received);

    /// <summary>Waits for all ranks.</summary>
    void Barrier();

    /// <summary>Ends all ranks at once.</summary>
    /// <param name="status">Their exit status.</param>
    void Abort(int status);
}

/// <summary>A sum on its way.</summary>
internal interface IPendingSum
{
    /// <summary>Waits for it; work on the device may still wait for it there.</summary>
    void Finish();

    /// <summary>From its beginning to its end, as far as it was seen; zero where a device does it.</summary>
    TimeSpan InFlight { get; }
}
