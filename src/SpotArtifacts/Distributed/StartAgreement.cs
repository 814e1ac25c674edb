using System.Security.Cryptography;
using System.Text;

namespace SpotArtifacts.Distributed;

/// <summary>Makes sure before the first step that all ranks are about to do the same.</summary>
internal static class StartAgreement
{
    private const int DigestLength = 32;

    /// <summary>Compares what decides the work with rank 0's.</summary>
    /// <param name="world">The ranks.</param>
    /// <param name="items">What is compared, as a message calls it, and its text; the same items on each rank.</param>
    /// <exception cref="MpiException">A rank differs; names it, and in what. Every rank says the same.</exception>
    internal static void Require(ICommunicator world, IReadOnlyList<(string What, string Text)> items)
    {
        if (world.Size == 1)
            return;
        byte[] mine = [.. items.SelectMany(item => SHA256.HashData(Encoding.UTF8.GetBytes(item.Text)))];
        byte[] all = new byte[mine.Length * world.Size];
        world.Gather(mine, all);
        List<string> differences = [];
        for (int rank = 1; rank < world.Size; rank++)
        {
            string[] others = [.. items.Where((_, i) => !Digest(all, rank, i).SequenceEqual(Digest(all, 0, i)))
                .Select(item => item.What)];
            if (others.Length > 0)
                differences.Add($"{RankSession.Name(rank)} has another {string.Join(" and another ", others)}");
        }
        if (differences.Count > 0)
            throw new MpiException($"{string.Join("; ", differences)} than rank 0: start all ranks with one command line, on "
                + "machines that see the same files and have the same version installed");

        ReadOnlySpan<byte> Digest(byte[] digests, int rank, int item) =>
            digests.AsSpan((rank * items.Count + item) * DigestLength, DigestLength);
    }
}
