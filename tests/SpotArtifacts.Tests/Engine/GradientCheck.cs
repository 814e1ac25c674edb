using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

/// <summary>Compares gradients with central differences in Float64.</summary>
internal static class GradientCheck
{
    private const double Step = 1e-6, Tolerance = 1e-6;

    /// <summary>Checks the gradient of a weighted sum of a function's outputs at one input.</summary>
    public static void Of(Func<Tensor, Tensor> function, double[] at, params long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(at, shape).requires_grad_();
        Tensor y = function(x);
        double[] weights = Numbers.Of(99, y.numel());
        double[] analytic = Gradients.Of([y], [x], outputGradients: [tensor(weights, y.shape)])[0].Values();
        double[] numeric = new double[at.Length];
        for (int i = 0; i < at.Length; i++)
            numeric[i] =
                (Weighted(function, at, shape, weights, i, Step) - Weighted(function, at, shape, weights, i, -Step)) / (2 * Step);
        Numbers.AssertClose(numeric, analytic, Tolerance);
    }

    private static double Weighted(Func<Tensor, Tensor> function, double[] at, long[] shape, double[] weights, int moved,
        double by)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        double[] there = [.. at];
        there[moved] += by;
        double[] y = function(tensor(there, shape)).Values();
        return y.Zip(weights, (a, b) => a * b).Sum();
    }
}
