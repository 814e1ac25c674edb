using System.Runtime.InteropServices;

namespace SpotArtifacts.Distributed;

/// <summary>What ranks tell each other after a step: what they measured, and what they were asked for.</summary>
internal static class StepAgreement
{
    /// <summary>Means of what the ranks measured.</summary>
    /// <param name="world">The ranks.</param>
    /// <param name="values">The same names on each.</param>
    internal static IReadOnlyList<(string Name, double Value)> Means(
        ICommunicator world, IReadOnlyList<(string Name, double Value)> values)
    {
        if (world.Size == 1 || values.Count == 0)
            return values;
        double[] mine = [.. values.Select(value => value.Value)], all = new double[mine.Length * world.Size];
        world.Gather(MemoryMarshal.AsBytes<double>(mine), MemoryMarshal.AsBytes(all.AsSpan()));
        return [.. values.Select((value, i) =>
            (value.Name, Enumerable.Range(0, world.Size).Sum(rank => all[rank * mine.Length + i]) / world.Size))];
    }

    /// <summary>What any of the ranks was asked for.</summary>
    /// <param name="world">The ranks.</param>
    /// <param name="stop">Whether this one was asked to stop.</param>
    /// <param name="checkpoint">Whether this one was asked for a checkpoint.</param>
    internal static (bool Stop, bool Checkpoint) Any(ICommunicator world, bool stop, bool checkpoint)
    {
        byte[] all = new byte[world.Size];
        world.Gather([(byte)((stop ? 1 : 0) | (checkpoint ? 2 : 0))], all);
        return (all.Any(one => (one & 1) != 0), all.Any(one => (one & 2) != 0));
    }
}
