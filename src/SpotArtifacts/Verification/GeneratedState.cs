using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Verification;

/// <summary>
/// The start state of a digest, which is not stored but generated: value = centre + half * (2u - 1), u from name and seed.
/// </summary>
internal static class GeneratedState
{
    /// <summary>Values of a tensor, row-major.</summary>
    public static float[] Of(NetworkTensor parameter, long seed)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        (double centre, double half) = Range(parameter);
        var random = new NamedRandom(parameter.Name, seed);
        float[] values = new float[parameter.Value.numel()];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(centre + half * (2 * random.NextDouble() - 1));
        return values;
    }

    private static (double Centre, double Half) Range(NetworkTensor parameter)
    {
        bool discriminator = parameter.Name.StartsWith("discriminator.", StringComparison.Ordinal);
        return parameter.Role switch
        {
            TensorRole.ConvolutionWeight =>
                (0, Gain(parameter.Name) * Math.Sqrt((discriminator ? 6 : 12) / InitialValues.FanSum(parameter))),
            TensorRole.Bias => (discriminator ? 0.1 : 0, 0.05),
            TensorRole.NormScale => (1, 0.2),
            TensorRole.NormShift => (0, 0.2),
            _ => parameter.Name.EndsWith("running_var", StringComparison.Ordinal) ? (1, 0.5) : (0, 0.2),
        };
    }

    // Repairs and images start small.
    private static double Gain(string name)
    {
        bool repair = name.StartsWith("repair.", StringComparison.Ordinal)
            && name.EndsWith(".conv2.weight", StringComparison.Ordinal);
        return repair || name == "decoder.out.weight" ? 0.4 : 1;
    }
}
