namespace SpotArtifacts.Scenes;

/// <summary>
/// SplitMix64, keyed by (seed, index): each picture draws from its own stream, so pictures can be rendered in any order on
/// any number of threads. <see cref="Random"/> was rejected because its seed is an int and its algorithm is not promised.
/// </summary>
internal sealed class SceneRandom
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private ulong _state;

    public SceneRandom(long seed, long index) => _state = Mix(Mix((ulong)seed + Step) + ((ulong)index * Step));

    /// <summary>Uniform in [0, 1), 24 bits.</summary>
    public float Unit() => (Bits() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [low, high).</summary>
    public float Range(float low, float high) => low + ((high - low) * Unit());

    /// <summary>Uniform in [-bound, bound).</summary>
    public float Within(float bound) => Range(-bound, bound);

    /// <summary>Uniform integer in 0 ... count - 1.</summary>
    public int Below(int count) => (int)(Bits() % (uint)count);

    /// <summary>-1 or 1.</summary>
    public float Sign() => (Bits() >> 63) == 0 ? -1f : 1f;

    private ulong Bits()
    {
        _state += Step;
        return Mix(_state);
    }

    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
