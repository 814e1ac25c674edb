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
    private readonly ulong _orderSeed;
    private readonly ulong _viewSeed;
    private readonly int[] _sourceCounts;
    private readonly int[] _sourceFirsts;
    private readonly int _count;
    private readonly int _buffer;
    private EpochOrder? _current; // a cache: workers stand in one epoch nearly always

    /// <param name="sourceCounts">Number of images of each source, in the set's order.</param>
    /// <param name="seed">Decides order and views.</param>
    /// <param name="shuffleBuffer">0, or the length of the buffer.</param>
    internal SampleOrder(IReadOnlyList<int> sourceCounts, ulong seed, int shuffleBuffer = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(shuffleBuffer);
        _sourceCounts = [.. sourceCounts];
        _sourceFirsts = new int[sourceCounts.Count];
        for (int i = 0; i < _sourceFirsts.Length; i++)
        {
            _sourceFirsts[i] = _count;
            _count = checked(_count + sourceCounts[i]);
        }
        _buffer = shuffleBuffer == 0 || shuffleBuffer >= _count ? 0 : shuffleBuffer;
        _orderSeed = SeededRandom.Mix(seed, OrderStream);
        _viewSeed = SeededRandom.Mix(seed, ViewStream);
    }

    /// <summary>The image that global sample number <paramref name="sample"/> (0, 1, 2, ...) shows.</summary>
    internal int ImageOf(long sample) => Epoch(sample / _count).ImageAt((int)(sample % _count));

    /// <summary>The seed of that sample's random view.</summary>
    internal ulong ViewSeedOf(long sample) => SeededRandom.Mix(_viewSeed, (ulong)sample);

    private EpochOrder Epoch(long epoch)
    {
        EpochOrder? cached = Volatile.Read(ref _current);
        if (cached is not null && cached.Epoch == epoch)
            return cached;
        EpochOrder made = new(this, epoch);
        Volatile.Write(ref _current, made);
        return made;
    }

    private sealed class EpochOrder
    {
        private readonly SampleOrder _order;
        private readonly ulong _seed;
        private readonly int[] _sources = [];
        private readonly int[] _starts = [];

        internal EpochOrder(SampleOrder order, long epoch)
        {
            _order = order;
            Epoch = epoch;
            _seed = SeededRandom.Mix(order._orderSeed, (ulong)epoch);
            if (order._buffer == 0)
                return;
            _sources = SeededRandom.Permutation(order._sourceCounts.Length, _seed);
            _starts = new int[_sources.Length];
            for (int i = 1; i < _sources.Length; i++)
                _starts[i] = _starts[i - 1] + order._sourceCounts[_sources[i - 1]];
        }

        internal long Epoch { get; }

        internal int ImageAt(int position)
        {
            if (_order._buffer == 0)
                return new KeyedPermutation(_order._count, _seed)[position];
            int stretch = position / _order._buffer, first = stretch * _order._buffer;
            int length = Math.Min(_order._buffer, _order._count - first);
            int shuffled = first + new KeyedPermutation(length, SeededRandom.Mix(_seed, (ulong)stretch))[position - first];
            int at = Array.BinarySearch(_starts, shuffled);
            at = at >= 0 ? LastOfEqual(at, shuffled) : ~at - 1;
            return _order._sourceFirsts[_sources[at]] + shuffled - _starts[at];
        }

        /// <summary>Empty sources share their start with the one behind them.</summary>
        private int LastOfEqual(int at, int value)
        {
            while (at + 1 < _starts.Length && _starts[at + 1] == value)
                at++;
            return at;
        }
    }
}
