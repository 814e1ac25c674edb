using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Tests.Evaluation;

namespace SpotArtifacts.Transfer.Tests;

public sealed class LayerwiseProbeTests
{
    [Fact]
    public void Measure_NetworksOfARun_GivesEachLayerItsNumbers()
    {
        using var bench = new EvaluationBench();
        IReadOnlyList<EvaluatedNetwork> networks = NetworkSelection.Open(bench.Run(), []);

        IReadOnlyList<NetworkWorth> worth = LayerwiseProbe.Measure(bench.Data, networks, EvaluationProgress.None, ["epochs=2"],
            TestContext.Current.CancellationToken);

        Assert.Equal(["random", "encoder", "pre-trained"], worth.Select(w => w.Network));
        Assert.Equal([5, 4, 5], worth.Select(w => w.Layers.Count));
        // Two plain colours are told apart by anything.
        Assert.Equal(1, worth[0].Layers[0].NeighborsTop1);
        Assert.Equal(12 * 16 * 16, worth[0].Layers[0].Dimensions);
    }
}
