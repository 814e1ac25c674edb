using System.Text.Json;
using System.Text.Json.Serialization;

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

    /// <summary>Gives one process's bytes to all, in place.</summary>
    void Broadcast(Span<byte> bytes, int root);

    /// <summary>Makes sure that all are about to do the same work.</summary>
    /// <param name="what">What is compared, as a message calls it.</param>
    /// <param name="text">This process's.</param>
    /// <exception cref="SpotException">Another process has another text.</exception>
    void RequireSame(string what, string text);
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

    /// <inheritdoc/>
    public void Broadcast(Span<byte> bytes, int root)
    {
    }

    /// <inheritdoc/>
    public void RequireSame(string what, string text)
    {
    }
}

/// <summary>What shares of all kinds have in common.</summary>
internal static class WorkShares
{
    // Numbers come back as they were, those that are none too.
    private static readonly JsonSerializerOptions s_exact =
        new() { IncludeFields = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>This process's items among the first <paramref name="count"/>.</summary>
    internal static int CountOf(this IWorkShare share, int count) => (count - share.Rank + share.Size - 1) / share.Size;

    /// <summary>The item that is this process's n-th.</summary>
    internal static int ItemOf(this IWorkShare share, int n) => n * share.Size + share.Rank;

    /// <summary>This process's items among the first <paramref name="count"/>, ascending.</summary>
    internal static int[] Own(this IWorkShare share, int count) =>
        [.. Enumerable.Range(0, share.CountOf(count)).Select(share.ItemOf)];

    /// <summary>Does a list of work in turn.</summary>
    /// <param name="share">The processes.</param>
    /// <param name="count">Number of items.</param>
    /// <param name="one">Does one of them; what it gives must go through JSON unchanged.</param>
    /// <returns>The results of all items, in their order, on each process.</returns>
    internal static T[] InTurn<T>(this IWorkShare share, int count, Func<int, T> one) =>
        share.Join<T>(count, [.. share.Own(count).Select(one)]);

    /// <summary>The results of all items out of each process's own.</summary>
    internal static T[] Join<T>(this IWorkShare share, int count, T[] mine)
    {
        if (share.Size == 1)
            return mine;
        byte[][] all = share.Gather(JsonSerializer.SerializeToUtf8Bytes(mine, s_exact));
        T[] joined = new T[count];
        for (int rank = 0; rank < share.Size; rank++)
        {
            T[] theirs = JsonSerializer.Deserialize<T[]>(all[rank], s_exact)!;
            for (int n = 0; n < theirs.Length; n++)
                joined[n * share.Size + rank] = theirs[n];
        }
        return joined;
    }

    /// <summary>What all processes have found, one after the other.</summary>
    internal static IEnumerable<T> Join<T>(this IWorkShare share, IReadOnlyList<T> mine) => share.Size == 1 ? mine
        : share.Gather(JsonSerializer.SerializeToUtf8Bytes(mine, s_exact))
            .SelectMany(bytes => JsonSerializer.Deserialize<T[]>(bytes, s_exact)!);

    /// <summary>A value that rank 0 finds, on each process; what it is must go through JSON unchanged.</summary>
    internal static T FromFirst<T>(this IWorkShare share, Func<T> find)
    {
        if (share.Size == 1)
            return find();
        byte[] mine = share.Rank == 0 ? JsonSerializer.SerializeToUtf8Bytes(find(), s_exact) : [];
        return JsonSerializer.Deserialize<T>(share.Gather(mine)[0], s_exact)!;
    }

    /// <summary>A number of rank 0's.</summary>
    internal static int FromFirst(this IWorkShare share, int number) => share.FromFirst(() => number);

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
