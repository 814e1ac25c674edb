using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Bench;

/// <summary>
/// The most floating-point operations a second that convolutions reach on a machine: the best of a few shapes of the networks'
/// kind, forward. What a step of nothing but convolutions could reach.
/// </summary>
internal static class ConvolutionPeak
{
    // Channels, side of the images; 3 x 3 kernels.
    private static readonly (int Channels, int Side)[] s_shapes = [(64, 32), (128, 16), (256, 16), (384, 8)];

    /// <summary>Operations a second, for a batch of images.</summary>
    internal static double Measure(int batch, Device device, RunTimer timer)
    {
        using var random = new Generator(1);
        using IDisposable off = no_grad();
        return s_shapes.Max(shape => Rate(shape.Channels, shape.Side, batch, device, random, timer));
    }

    private static double Rate(int channels, int side, int batch, Device device, Generator random, RunTimer timer)
    {
        using DisposeScope scope = NewDisposeScope();
        // As layers meet them: in the type that products are computed in.
        Tensor x = EnginePrecision.Narrow(Operations.Normal(random, device, batch, channels, side, side).ToChannelsLast());
        Tensor weight = EnginePrecision.Narrow(Operations.Normal(random, device, channels, channels, 3, 3));
        var shape = new ConvolutionShape(channels, channels, 3, Padding: 1);
        Timing timing = timer.Time(() => Convolution.Apply(x, weight, null, shape).Dispose());
        return 2.0 * batch * channels * channels * 9 * side * side / (timing.Fastest / 1000);
    }
}
