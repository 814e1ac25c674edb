namespace SpotArtifacts.Images.Sharing;

/// <summary>
/// Processes that do a list of work together: of items 0, 1, 2, ... each does every Size-th from its Rank on, and then all have the
/// results of all. One of them, of rank 0, writes.
/// </summary>
internal interface IWorkShare
{
    /// <summary>This process, 0 to Size - 1.</summary>
    int Rank { get; }

    /// <summary>Number of processes.</summary>
    int Size { get; }

    /// <summary>The bytes of all, in the order of their ranks, on each; every process calls it equally often.</summary>
    byte[][] Gather(byte[] mine);
}

/// <summary>One process that does all.</summary>
internal sealed class WholeShare : IWorkShare
{
    /// <summary>The only one there is.</summary>
    internal static WholeShare Instance { get; } = new();

    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public byte[][] Gather(byte[] mine) => [mine];
}

/// <summary>What shares of all kinds have in common.</summary>
internal static class WorkShares
{
    /// <summary>This process's items among the first <paramref name="count"/>.</summary>
    internal static int CountOf(this IWorkShare share, int count) => (count - share.Rank + share.Size - 1) / share.Size;

    /// <summary>The item that is this process's n-th.</summary>
    internal static int ItemOf(this IWorkShare share, int n) => n * share.Size + share.Rank;

    /// <summary>A number of rank 0's.</summary>
    internal static int FromFirst(this IWorkShare share, int number) =>
        share.Size == 1 ? number : BitConverter.ToInt32(share.Gather(BitConverter.GetBytes(number))[0]);

    /// <summary>Results as bytes.</summary>
    internal static byte[] Write(Action<BinaryWriter> write)
    {
        using MemoryStream bytes = new();
        using (BinaryWriter writer = new(bytes))
            write(writer);
        return bytes.ToArray();
    }

    /// <summary>Results out of bytes.</summary>
    internal static void Read(byte[] bytes, Action<BinaryReader> read)
    {
        using BinaryReader reader = new(new MemoryStream(bytes));
        read(reader);
    }
}
