using SpotArtifacts.Images;

namespace SpotArtifacts.Scenes;

/// <summary>
/// What a scene draws from: <see cref="SeededRandom"/>, keyed by (seed, index). Each picture has its own stream, so pictures can
/// be rendered in any order on any number of threads.
/// </summary>
internal sealed class SceneRandom
{
    private SeededRandom _bits;

    public SceneRandom(long seed, long index) => _bits = new SeededRandom(SeededRandom.Scramble(
        SeededRandom.Scramble((ulong)seed + SeededRandom.Increment) + ((ulong)index * SeededRandom.Increment)));

    /// <summary>Uniform in [0, 1), 24 bits.</summary>
    public float Unit() => (_bits.NextUInt64() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [low, high).</summary>
    public float Range(float low, float high) => low + ((high - low) * Unit());

    /// <summary>Uniform in [-bound, bound).</summary>
    public float Within(float bound) => Range(-bound, bound);

    /// <summary>Uniform integer in 0 ... count - 1.</summary>
    public int Below(int count) => (int)(_bits.NextUInt64() % (uint)count);

    /// <summary>-1 or 1.</summary>
    public float Sign() => (_bits.NextUInt64() >> 63) == 0 ? -1f : 1f;
}
