using System.Diagnostics;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Cli.Doctor;

/// <summary>Times the two operations that training is made of. The best of many runs counts: the others were disturbed.</summary>
internal static class ThroughputMeasurement
{
    private static readonly TimeSpan s_each = TimeSpan.FromSeconds(0.6);

    internal static Throughput Run()
    {
        using var random = new Generator(1);
        using DisposeScope scope = NewDisposeScope();
        return new(MatrixProduct(random), ConvolutionForward(random), ConvolutionBackward(random));
    }

    private static double MatrixProduct(Generator random)
    {
        const int n = 1024;
        Tensor a = Operations.Normal(random, CPU, n, n), b = Operations.Normal(random, CPU, n, n);
        return Rate(2.0 * n * n * n, () => Timed(() => a.matmul(b)));
    }

    private static double ConvolutionForward(Generator random)
    {
        ConvolutionCase example = new(random);
        return Rate(ConvolutionCase.Multiplications, () => Timed(() => example.Forward()));
    }

    private static double ConvolutionBackward(Generator random)
    {
        ConvolutionCase example = new(random);
        example.X.requires_grad = example.Weight.requires_grad = true;
        return Rate(2 * ConvolutionCase.Multiplications, () =>
        {
            Tensor y = example.Forward();
            Tensor[] seed = [ones_like(y)];
            return Timed(() => Gradients.Of([y], [example.X, example.Weight], outputGradients: seed));
        });
    }

    private static TimeSpan Timed(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start);
    }

    private static double Rate(double operations, Func<TimeSpan> once)
    {
        TimeSpan best = TimeSpan.MaxValue;
        long start = Stopwatch.GetTimestamp();
        // Twice at least: the first run also chooses kernels and gets memory.
        for (int i = 0; i < 2 || Stopwatch.GetElapsedTime(start) < s_each; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            TimeSpan time = once();
            if (time < best)
                best = time;
        }
        return operations / best.TotalSeconds / 1e9;
    }

    /// <summary>3 x 3, 64 to 64 channels, 64 images of 16 x 16, channels-last.</summary>
    private sealed class ConvolutionCase(Generator random)
    {
        private const int Images = 64, Channels = 64, Side = 16, Kernel = 3;

        internal const double Multiplications = 2.0 * Images * Channels * Channels * Side * Side * Kernel * Kernel;

        internal Tensor X { get; } = Operations.Normal(random, CPU, Images, Channels, Side, Side).ToChannelsLast();

        internal Tensor Weight { get; } = Operations.Normal(random, CPU, Channels, Channels, Kernel, Kernel).ToChannelsLast();

        internal Tensor Forward() => Convolution.Apply(X, Weight, null,
            new ConvolutionShape(Channels, Channels, Kernel, Padding: 1));
    }
}
