using System.Runtime.InteropServices;
using System.Text;

namespace SpotArtifacts.Distributed;

/// <summary>Texts of any length among ranks.</summary>
internal static class RankText
{
    /// <summary>The texts of all ranks, in their order, on each.</summary>
    internal static string[] Gather(ICommunicator world, string mine) =>
        [.. Gather(world, Encoding.UTF8.GetBytes(mine)).Select(Encoding.UTF8.GetString)];

    /// <summary>The bytes of all ranks, in their order, on each.</summary>
    internal static byte[][] Gather(ICommunicator world, byte[] mine)
    {
        int[] lengths = new int[world.Size];
        world.Gather(MemoryMarshal.AsBytes<int>(new[] { mine.Length }), MemoryMarshal.AsBytes(lengths.AsSpan()));
        int longest = lengths.Max();
        if (longest == 0)
            return [.. lengths.Select(_ => Array.Empty<byte>())];
        byte[] padded = new byte[longest], all = new byte[checked(longest * world.Size)];
        mine.CopyTo(padded, 0);
        world.Gather(padded, all);
        return [.. lengths.Select((length, rank) => all[(rank * longest)..(rank * longest + length)])];
    }
}
