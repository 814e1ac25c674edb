namespace SpotArtifacts.Torch.Tests;

/// <summary>Compares gradients with central differences in Float64.</summary>
internal static class GradientCheck
{
    private const double Step = 1e-6, Tolerance = 1e-6;

    /// <summary>Checks the gradient of a weighted sum of a function's outputs at one input.</summary>
    public static void Of(Func<Tensor, Tensor> function, double[] at, params long[] shape)
    {
        using var scope = new TensorScope();
        Tensor x = Tensor.From<double>(at, shape);
        x.RequiresGrad = true;
        Tensor y = function(x);
        double[] weights = Samples.Numbers(99, y.Count);
        Tensor[] seed = [Tensor.From<double>(weights, [.. y.Shape])];
        double[] analytic = Autograd.Gradients([y], [x], outputGradients: seed)[0].ToArray<double>();
        double[] numeric = new double[at.Length];
        for (int i = 0; i < at.Length; i++)
            numeric[i] = (Weighted(function, at, shape, weights, i, Step) - Weighted(function, at, shape, weights, i, -Step)) / (2 * Step);
        Samples.AssertClose(numeric, analytic, Tolerance);
    }

    private static double Weighted(Func<Tensor, Tensor> function, double[] at, long[] shape, double[] weights, int moved, double by)
    {
        using GradMode off = Autograd.Disable();
        using var scope = new TensorScope();
        double[] there = [.. at];
        there[moved] += by;
        double[] y = function(Tensor.From<double>(there, shape)).ToArray<double>();
        return y.Zip(weights, (a, b) => a * b).Sum();
    }
}
