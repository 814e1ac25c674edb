using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>A stage on several ranks: equal weights at its beginning, and equal ones after each step.</summary>
/// <param name="world">The ranks.</param>
/// <param name="batchPerRank">Images of a step on each.</param>
/// <param name="options">How they train.</param>
internal sealed class StageRanks(ICommunicator world, int batchPerRank, RankOptions options) : IDisposable
{
    private RankGroup _group = new(world, batchPerRank, options);

    /// <summary>The ranks.</summary>
    internal ICommunicator World => world;

    /// <summary>How the ranks train together, in words; null where one trains alone as it began.</summary>
    internal string? Description { get; init; }

    /// <summary>Whether this process writes into the run folder: one of them does.</summary>
    internal bool Writes => world.Rank == 0;

    /// <summary>Gives rank 0's weights, statistics and moments to all.</summary>
    internal void Begin(ITrainingStage stage)
    {
        if (world.Size == 1)
            return;
        _group = new RankGroup(world, batchPerRank, options);
        foreach ((nn.Module network, Adam optimizer) in stage.Trained)
            foreach (Tensor tensor in network.Tensors().Select(tensor => tensor.Value).Concat(optimizer.FirstMoments)
                .Concat(optimizer.SecondMoments).Concat(optimizer.Averages))
                Broadcast(tensor);
    }

    /// <summary>One step of the stage on this rank's part of the global batch.</summary>
    internal IReadOnlyList<(string Name, double Value)> Run(
        ITrainingStage stage, long step, Tensor images, IReadOnlyList<int> indices, bool measure)
    {
        using IDisposable together = _group.Use();
        IReadOnlyList<(string, double)> values = stage.Run(step, images, indices, measure);
        if (world.Size > 1 && !options.SyncBatchNorm)
            foreach ((nn.Module network, _) in stage.Trained)
                AverageStatistics(network);
        _group.Overlap.CountStep();
        return values;
    }

    /// <summary>The lines of skipped.txt for what the ranks have found damaged, each in its part of the batches.</summary>
    internal IReadOnlyList<string> Skipped(DecodedImages images)
    {
        string mine = string.Concat(images.Skipped.Select(Quarantine.Line));
        return [.. RankText.Gather(world, mine).SelectMany(text => text.Split('\n')).Where(line => line.Length > 0)
            .Select(line => line + "\n").Distinct()];
    }

    /// <summary>Ends what was made for these ranks over the processes' own communicator.</summary>
    public void Dispose()
    {
        if (world is NcclCommunicator)
            world.Dispose();
    }

    /// <summary>What exchanging gradients has taken, in words; null where one trains alone.</summary>
    internal string? Exchange => world.Size > 1 ? _group.Overlap.ToString() : null;

    // Batch norms of each rank's own batches have running statistics of their own: the mean of them is what one process would have
    // gathered over all, and every rank goes on from the same.
    private void AverageStatistics(nn.Module network)
    {
        Tensor[] statistics = [.. network.Tensors().Where(tensor => !tensor.IsTrained).Select(tensor => tensor.Value)];
        if (statistics.Length == 0)
            return;
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor all = cat(statistics);
        _group.Sum(all);
        all.DivideInPlace(world.Size);
        long at = 0;
        foreach (Tensor statistic in statistics)
        {
            statistic.copy_(all.narrow(0, at, statistic.numel()));
            at += statistic.numel();
        }
    }

    // Weights may lie in one buffer of an optimiser, each a dense part of it.
    private void Broadcast(Tensor tensor)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor values = tensor.detach().contiguous().clone();
        world.Broadcast(RankGroup.FloatsOf(values), root: 0);
        tensor.copy_(values);
    }
}
