namespace SpotArtifacts.Images;

/// <summary>
/// A tiny generator (SplitMix64: Steele, Lea, Flood 2014) whose whole state is one 64-bit number, so that every random view
/// of an image is a pure function of a seed: nothing to save for a resume, nothing that depends on the number of threads.
/// </summary>
/// <remarks>Equal on every machine and .NET version, unlike System.Random. Not for secrets.</remarks>
internal struct SeededRandom
{
    /// <summary>What the state grows by with each number: 2^64 over the golden ratio, odd.</summary>
    internal const ulong Increment = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <summary>Any seed is as good as any other, 0 included.</summary>
    public SeededRandom(ulong seed) => _state = seed;

    /// <summary>A seed that depends on both numbers and on their order: the run's seed and a sample number, say.</summary>
    public static ulong Mix(ulong seed, ulong stream) =>
        Scramble(Scramble(seed + Increment) ^ (stream * Increment + 0xD1B54A32D192ED03));

    /// <summary>The numbers 0 to n-1 in an order drawn from the seed (Fisher-Yates).</summary>
    /// <param name="n">0 or more.</param>
    /// <param name="seed">Equal seeds give equal orders.</param>
    public static int[] Permutation(int n, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        int[] order = new int[n];
        for (int i = 0; i < n; i++)
            order[i] = i;
        SeededRandom random = new(seed);
        for (int i = n - 1; i > 0; i--)
        {
            int j = random.NextInt(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }

    /// <summary>64 uniform bits.</summary>
    public ulong NextUInt64() => Scramble(_state += Increment);

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform between two bounds, the upper one excluded unless they are equal.</summary>
    public double NextDouble(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>Uniform in 0 ... n-1 without bias (Lemire 2019).</summary>
    /// <param name="n">1 or more.</param>
    public int NextInt(int n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ulong product = (NextUInt64() >> 32) * (ulong)n;
        if ((uint)product < (uint)n)
        {
            uint threshold = (uint)-n % (uint)n;
            while ((uint)product < threshold)
                product = (NextUInt64() >> 32) * (ulong)n;
        }
        return (int)(product >> 32);
    }

    /// <summary>True half of the time.</summary>
    public bool NextBool() => (long)NextUInt64() < 0;

    /// <summary>Each bit of the result depends on all bits of the argument, and no two arguments give the same.</summary>
    internal static ulong Scramble(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
