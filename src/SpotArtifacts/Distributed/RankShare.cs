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
}
