namespace SpotArtifacts.Images;

/// <summary>
/// The endless order of training samples: one order of all images per epoch, drawn from (seed, epoch), laid end to end. Nothing
/// is dropped; a batch may begin in one epoch and end in the next. Random access, so a resume needs only the step.
/// </summary>
/// <remarks>
/// Without a buffer each epoch is one permutation of the whole set. With one, the sources (shards) come in an order drawn for the
/// epoch, their images end to end, and every stretch as long as the buffer is permuted in itself: files are read nearly from
/// front to back, as with a shuffle buffer, but the sample at any position is computed and not the result of what was read
/// before.
/// </remarks>
internal sealed class SampleOrder
{
    // Streams of the run's seed, so that order and views never share random numbers.
    private const ulong OrderStream = 0x6F72646572;
    private const ulong ViewStream = 0x76696577;
    private readonly ulong orderSeed;
    private readonly ulong viewSeed;
    private readonly int[] sourceCounts;
    private readonly int[] sourceFirsts;
    private readonly int count;
    private readonly int buffer;
    private EpochOrder? current; // a cache: workers stand in one epoch nearly always

    /// <param name="sourceCounts">Number of images of each source, in the set's order.</param>
    /// <param name="seed">Decides order and views.</param>
    /// <param name="shuffleBuffer">0, or the length of the buffer.</param>
    internal SampleOrder(IReadOnlyList<int> sourceCounts, ulong seed, int shuffleBuffer = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(shuffleBuffer);
        this.sourceCounts = [.. sourceCounts];
        sourceFirsts = new int[sourceCounts.Count];
        for (int i = 0; i < sourceFirsts.Length; i++)
        {
            sourceFirsts[i] = count;
            count = checked(count + sourceCounts[i]);
        }
        buffer = shuffleBuffer == 0 || shuffleBuffer >= count ? 0 : shuffleBuffer;
        orderSeed = SeededRandom.Mix(seed, OrderStream);
        viewSeed = SeededRandom.Mix(seed, ViewStream);
    }

    /// <summary>The image that global sample number <paramref name="sample"/> (0, 1, 2, ...) shows.</summary>
    internal int ImageOf(long sample) => Epoch(sample / count).ImageAt((int)(sample % count));

    /// <summary>The seed of that sample's random view.</summary>
    internal ulong ViewSeedOf(long sample) => SeededRandom.Mix(viewSeed, (ulong)sample);

    private EpochOrder Epoch(long epoch)
    {
        EpochOrder? cached = Volatile.Read(ref current);
        if (cached is not null && cached.Epoch == epoch)
            return cached;
        EpochOrder made = new(this, epoch);
        Volatile.Write(ref current, made);
        return made;
    }

    private sealed class EpochOrder
    {
        private readonly SampleOrder order;
        private readonly ulong seed;
        private readonly int[] sources = [];
        private readonly int[] starts = [];

        internal EpochOrder(SampleOrder order, long epoch)
        {
            this.order = order;
            Epoch = epoch;
            seed = SeededRandom.Mix(order.orderSeed, (ulong)epoch);
            if (order.buffer == 0)
                return;
            sources = SeededRandom.Permutation(order.sourceCounts.Length, seed);
            starts = new int[sources.Length];
            for (int i = 1; i < sources.Length; i++)
                starts[i] = starts[i - 1] + order.sourceCounts[sources[i - 1]];
        }

        internal long Epoch { get; }

        internal int ImageAt(int position)
        {
            if (order.buffer == 0)
                return new KeyedPermutation(order.count, seed)[position];
            int stretch = position / order.buffer, first = stretch * order.buffer;
            int length = Math.Min(order.buffer, order.count - first);
            int shuffled = first + new KeyedPermutation(length, SeededRandom.Mix(seed, (ulong)stretch))[position - first];
            int at = Array.BinarySearch(starts, shuffled);
            at = at >= 0 ? LastOfEqual(at, shuffled) : ~at - 1;
            return order.sourceFirsts[sources[at]] + shuffled - starts[at];
        }

        /// <summary>Empty sources share their start with the one behind them.</summary>
        private int LastOfEqual(int at, int value)
        {
            while (at + 1 < starts.Length && starts[at + 1] == value)
                at++;
            return at;
        }
    }
}
