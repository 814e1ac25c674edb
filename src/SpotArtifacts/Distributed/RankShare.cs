using SpotArtifacts.Images.Sharing;

namespace SpotArtifacts.Distributed;

/// <summary>Work that ranks share.</summary>
internal sealed class RankShare(ICommunicator world) : IWorkShare
{
    /// <inheritdoc/>
    public int Rank => world.Rank;

    /// <inheritdoc/>
    public int Size => world.Size;

    /// <inheritdoc/>
    public byte[][] Gather(byte[] mine) => RankText.Gather(world, mine);

    /// <inheritdoc/>
    public void Broadcast(Span<byte> bytes, int root) => world.Broadcast(bytes, root);

    /// <inheritdoc/>
    public void RequireSame(string what, string text) => StartAgreement.Require(world, [(what, text)]);
}
