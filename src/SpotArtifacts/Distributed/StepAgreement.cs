using System.Runtime.InteropServices;

namespace SpotArtifacts.Distributed;

/// <summary>What ranks tell each other after a step: what they measured, and what they were asked for.</summary>
internal static class StepAgreement
{
    /// <summary>Means of what the ranks measured, and what any of them was asked for.</summary>
    /// <param name="world">The ranks.</param>
    /// <param name="values">The same names on each.</param>
    /// <param name="stop">Whether this one was asked to stop.</param>
    /// <param name="checkpoint">Whether this one was asked for a checkpoint.</param>
    internal static (IReadOnlyList<(string Name, double Value)> Values, bool Stop, bool Checkpoint) Of(
        ICommunicator world, IReadOnlyList<(string Name, double Value)> values, bool stop, bool checkpoint)
    {
        if (world.Size == 1)
            return (values, stop, checkpoint);
        double[] mine = [stop ? 1 : 0, checkpoint ? 1 : 0, .. values.Select(value => value.Value)];
        double[] all = new double[mine.Length * world.Size];
        world.Gather(MemoryMarshal.AsBytes<double>(mine), MemoryMarshal.AsBytes(all.AsSpan()));
        double[] means = [.. Enumerable.Range(0, mine.Length).Select(i =>
            Enumerable.Range(0, world.Size).Sum(rank => all[rank * mine.Length + i]) / world.Size)];
        return ([.. values.Select((value, i) => (value.Name, means[i + 2]))], means[0] > 0, means[1] > 0);
    }
}
