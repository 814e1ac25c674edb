using SpotArtifacts.Transfer.Protocols;
using SpotArtifacts.Transfer.Voc;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>All protocols, by name.</summary>
public static class ProtocolRegistry
{
    /// <summary>The protocols, in the order they are listed and run.</summary>
    public static IReadOnlyList<ITransferProtocol> All { get; } =
    [
        new LinearZhang(),
        new LinearDeepCluster(),
        new LinearRotNet(),
        new LinearProbeProtocol(),
        new KNearestNeighbors(),
        new Stl10TenFold(),
        new Stl10FiveThousand(),
        new FineTuning(),
        new VocSvm(),
        new VocFineTuning(),
        new VocSegmentation(),
        new VocDetection(),
    ];

    /// <summary>A protocol by its name.</summary>
    /// <exception cref="SpotException">There is none; the message lists those there are.</exception>
    public static ITransferProtocol Find(string name) =>
        All.FirstOrDefault(protocol => protocol.Name == name)
        ?? throw new SpotException(
            $"there is no protocol '{name}'; there are {string.Join(", ", All.Select(protocol => protocol.Name))}");
}
