using System.Numerics;

namespace SpotArtifacts.Images;

/// <summary>
/// A permutation of 0 ... n-1 that is computed, not stored: a balanced Feistel network over the next even number of bits, walked
/// along its cycle until it is back inside (Black and Rogaway 2002). 32 bytes whatever n is, so an epoch of ten million images
/// needs no table.
/// </summary>
internal readonly struct KeyedPermutation
{
    private const int Rounds = 4;
    private readonly ulong _seed;
    private readonly ulong _count;
    private readonly int _half;

    /// <param name="count">n, 1 or more.</param>
    /// <param name="seed">Equal seeds give equal orders.</param>
    internal KeyedPermutation(int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _seed = seed;
        _count = (ulong)count;
        _half = Math.Max(1, (BitOperations.Log2((uint)count - 1 | 1) + 2) / 2);
    }

    /// <summary>The number at a position; each exactly once over all positions.</summary>
    internal int this[int position]
    {
        get
        {
            ulong value = (ulong)position, mask = (1UL << _half) - 1;
            do
            {
                ulong left = value >> _half, right = value & mask;
                for (ulong round = 0; round < Rounds; round++)
                    (left, right) = (right, left ^ SeededRandom.Mix(_seed + round, right) & mask);
                value = left << _half | right;
            }
            while (value >= _count);
            return (int)value;
        }
    }
}
