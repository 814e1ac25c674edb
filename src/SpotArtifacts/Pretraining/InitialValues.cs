using System.Text;
using SpotArtifacts.Networks;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// Initial values of all networks (method.md section 3). Each tensor's draws depend on the seed and its name alone.
/// </summary>
public static class InitialValues
{
    // slim's variance_scaling_initializer divides out the variance that truncation at two deviations takes.
    private const double TruncationFactor = 1.3;

    /// <summary>
    /// Sets convolutions of E, D, repair or generator: variance scaling, fan-average, factor 2, truncated normal; biases 0.
    /// </summary>
    public static void SetVarianceScaling(nn.Module network, long seed)
    {
        ArgumentNullException.ThrowIfNull(network);
        foreach (NetworkTensor weight in network.Tensors().Where(p => p.Role == TensorRole.ConvolutionWeight))
        {
            double deviation = Math.Sqrt(TruncationFactor * 2 / (FanSum(weight) / 2));
            Fill(weight, seed, random => deviation * TruncatedNormal(random));
        }
    }

    /// <summary>Sets C's convolutions: Glorot uniform; biases 0.1 (they stand only where there is no batch norm).</summary>
    public static void SetGlorotUniform(nn.Module network, long seed)
    {
        ArgumentNullException.ThrowIfNull(network);
        foreach (NetworkTensor parameter in network.Tensors())
        {
            if (parameter.Role == TensorRole.Bias)
                Fill(parameter, seed, _ => 0.1);
            if (parameter.Role != TensorRole.ConvolutionWeight)
                continue;
            double limit = Math.Sqrt(6 / FanSum(parameter));
            Fill(parameter, seed, random => limit * (2 * random.NextDouble() - 1));
        }
    }

    /// <summary>fan_in + fan_out. Each column of a grouped convolution is a convolution of its own.</summary>
    internal static double FanSum(NetworkTensor weight)
    {
        long[] shape = weight.Value.shape;
        return (double)(shape[2] * shape[3]) * (shape[1] + shape[0] / weight.Groups);
    }

    private static void Fill(NetworkTensor parameter, long seed, Func<NamedRandom, double> draw)
    {
        var random = new NamedRandom(parameter.Name, seed);
        float[] values = new float[parameter.Value.numel()];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)draw(random);
        parameter.Set(values);
    }

    private static double TruncatedNormal(NamedRandom random)
    {
        while (true)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            double value = radius * Math.Cos(2 * Math.PI * random.NextDouble());
            if (Math.Abs(value) < 2)
                return value;
        }
    }
}

/// <summary>
/// SplitMix64 started from a name's FNV-1a hash and a seed: the same numbers on every machine and in any order of tensors.
/// </summary>
internal sealed class NamedRandom(string name, long seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state = unchecked(Hash(name) ^ (ulong)seed * Golden);

    /// <summary>Uniform in [0, 1), 24 bits.</summary>
    public double NextDouble()
    {
        unchecked
        {
            ulong z = _state += Golden;
            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
            z = (z ^ z >> 27) * 0x94D049BB133111EB;
            z ^= z >> 31;
            return (z >> 40) / 16777216.0;
        }
    }

    private static ulong Hash(string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
            hash = unchecked((hash ^ b) * 0x100000001B3);
        return hash;
    }
}
