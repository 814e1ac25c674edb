using SpotArtifacts.Torch.Modules;
using SpotArtifacts.Torch.Optimization;

namespace SpotArtifacts.Torch.Tests.Optimization;

public class AdamTests
{
    private static readonly AdamOptions s_options = new(0.5, 0.999, 1e-5, 0.01, 0.9);

    [Theory]
    [InlineData(0, 0.9)]
    [InlineData(0.01, 0.9)]
    [InlineData(0.01, 0.15)]
    public void Step_FiveTimes_AgreesWithTheDefinition(double weightDecay, double emaBound)
    {
        using var convolution = new Convolution("c", new(3, 5, 3), bias: true);
        AdamOptions options = s_options with { WeightDecay = weightDecay, EmaDecay = emaBound };
        var references = Fill(convolution).Select(v => new Reference(v, options)).ToArray();
        using var adam = new Adam(convolution.Parameters, options);

        for (int step = 0; step < 5; step++)
        {
            using var scope = new TensorScope();
            adam.Step(Gradients(convolution, step), 0.01 / (step + 1));
            for (int i = 0; i < references.Length; i++)
                references[i].Step(Samples.Numbers(100 * step + i, references[i].P.Length), 0.01 / (step + 1), decays: i == 0);
        }

        Assert.Equal(5, adam.StepCount);
        for (int i = 0; i < references.Length; i++)
        {
            Samples.AssertClose(references[i].P, adam.Values[i].Values(), 2e-6);
            Samples.AssertClose(references[i].M, adam.FirstMoments[i].Values(), 2e-6);
            Samples.AssertClose(references[i].V, adam.SecondMoments[i].Values(), 2e-6);
            Samples.AssertClose(references[i].Average, adam.Averages[i].Values(), 2e-6);
        }
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Step_OtherLayouts_GivesTheSameNumbers(bool parameterLast, bool gradientLast)
    {
        Assert.Equal(StepOnce(false, false), StepOnce(parameterLast, gradientLast));
    }

    [Fact]
    public void Step_Float64_GoesTheComposedWayToTheSameNumbers()
    {
        using var scope = new TensorScope();
        Operator adam = Operator.Find("spot::adam_");
        double[] start = Samples.Numbers(1, 12), gradient = Samples.Numbers(2, 12);
        var reference = new Reference(start, s_options);
        Tensor p = Tensor.From<double>(start, 12), g = Tensor.From<double>(gradient, 12), average = p.Clone();

        adam.Run(new[] { p }, new[] { g }, new[] { p.ZerosLike() }, new[] { p.ZerosLike() }, new[] { average }, new[] { 0.01 }, 0.1, 0.5, 0.999, 1e-5, 1, 0.1);
        reference.Step(gradient, 0.1, decays: true);

        Samples.AssertClose(reference.P, p.Values(), 1e-12);
        Samples.AssertClose(reference.Average, average.Values(), 1e-12);
    }

    [Fact]
    public void Step_LargeTensor_IsTheSameOnTwoThreads()
    {
        float[] One(int threads)
        {
            TorchRuntime.ThreadCount = threads;
            using var convolution = new Convolution("c", new(64, 128, 3), bias: false);
            Fill(convolution);
            using var adam = new Adam(convolution.Parameters, s_options);
            using var scope = new TensorScope();
            adam.Step(Gradients(convolution, 0), 0.01);
            return convolution.Weight.Value.ToArray<float>();
        }

        Assert.Equal(One(1), One(2));
    }

    [Fact]
    public void Step_WrongGradientShape_IsAnErrorWithBothShapes()
    {
        using var convolution = new Convolution("c", new(1, 1, 3), bias: false);
        using var adam = new Adam(convolution.Parameters, s_options);
        using Tensor gradient = Samples.Floats(1, 1, 1, 2, 2);

        string message = Assert.Throws<TorchException>(() => adam.Step([gradient], 0.1)).Message;

        Assert.Contains("spot::adam_", message, StringComparison.Ordinal);
        Assert.Contains("[1, 1, 2, 2], its parameter [1, 1, 3, 3]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_StateOfAnotherSize_IsAnErrorAndNotAWriteBeyondIt()
    {
        using var scope = new TensorScope();
        Tensor[] p = [Samples.Floats(1, 100)], small = [Samples.Floats(1, 2)];

        Assert.Contains("state 0 has shapes [2]", Assert.Throws<TorchException>(() =>
            Operator.Find("spot::adam_").Run(p, p, small, small, small, new[] { 0.0 }, 0.1, 0.5, 0.999, 1e-5, 1, 0.1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_TooFewGradients_IsAnError()
    {
        using var convolution = new Convolution("c", new(1, 1, 3), bias: true);
        using var adam = new Adam(convolution.Parameters, s_options);
        using Tensor gradient = Samples.Floats(1, 1, 1, 3, 3);

        Assert.Contains("lists of one length", Assert.Throws<TorchException>(() => adam.Step([gradient], 0.1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_BetweenForwardAndBackward_IsAnErrorAndNotAWrongGradient()
    {
        using var convolution = new Convolution("c", new(1, 1, 3), bias: false);
        using var adam = new Adam(convolution.Parameters, s_options);
        using var scope = new TensorScope();
        Tensor x = Samples.Floats(1, 1, 1, 4, 4);
        x.RequiresGrad = true;
        Tensor y = convolution.Forward(x).Sum();

        adam.Step(Gradients(convolution, 0), 0.1);

        Assert.Contains("modified by an inplace operation", Assert.Throws<TorchException>(() => Autograd.Gradients([y], [x])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WeightDecayLoss_ConvolutionWeightsOnly_HandComputed()
    {
        using var convolution = new Convolution("c", new(1, 2, 1), bias: true);
        convolution.Weight.Set([3, 4]);
        convolution.Bias!.Set([100, 100]);
        using var adam = new Adam(convolution.Parameters, s_options);

        Assert.Equal(0.5 * 0.01 * 25, adam.WeightDecayLoss(), 6);
    }

    [Fact]
    public void Constructor_AndDispose_OwnThreeTensorsForEachParameter()
    {
        using var convolution = new Convolution("c", new(1, 2, 1), bias: true);
        long before = Tensor.LiveCount;

        using (new Adam(convolution.Parameters, s_options)) Assert.Equal(before + 6, Tensor.LiveCount);

        Assert.Equal(before, Tensor.LiveCount);
    }

    private static float[] StepOnce(bool parameterLast, bool gradientLast)
    {
        using var scope = new TensorScope();
        Tensor Lay(Tensor t, bool last) => last ? t.ChannelsLast() : t;
        Tensor p = Lay(Samples.Floats(1, 6, 4, 3, 3), parameterLast), g = Lay(Samples.Floats(2, 6, 4, 3, 3), gradientLast);
        Operator.Find("spot::adam_").Run(
            new[] { p }, new[] { g }, new[] { p.ZerosLike() }, new[] { p.ZerosLike() }, new[] { p.Clone() }, new[] { 0.01 }, 0.1, 0.5, 0.999, 1e-5, 1, 0.1);
        return p.ToArray<float>();
    }

    private static double[][] Fill(Convolution convolution)
    {
        for (int i = 0; i < convolution.Parameters.Count; i++)
            convolution.Parameters[i].Set(Samples.FloatArray(50 + i, convolution.Parameters[i].Value.Count));
        return [.. convolution.Parameters.Select(p => p.Value.Values())];
    }

    private static Tensor[] Gradients(Convolution convolution, int step) =>
        [.. convolution.Parameters.Select((p, i) => Samples.Floats(100 * step + i, [.. p.Value.Shape]))];

    private sealed class Reference(double[] start, AdamOptions options)
    {
        private int _steps;

        public double[] P { get; } = [.. start];

        public double[] M { get; } = new double[start.Length];

        public double[] V { get; } = new double[start.Length];

        public double[] Average { get; } = [.. start];

        public void Step(double[] gradient, double rate, bool decays)
        {
            double keep = Math.Min(options.EmaDecay, (1.0 + _steps) / (10.0 + _steps));
            _steps++;
            for (int i = 0; i < P.Length; i++)
            {
                double g = gradient[i] + (decays ? options.WeightDecay * P[i] : 0);
                M[i] = options.Beta1 * M[i] + (1 - options.Beta1) * g;
                V[i] = options.Beta2 * V[i] + (1 - options.Beta2) * g * g;
                double mHat = M[i] / (1 - Math.Pow(options.Beta1, _steps)), vHat = V[i] / (1 - Math.Pow(options.Beta2, _steps));
                P[i] -= rate * mHat / (Math.Sqrt(vHat) + options.Epsilon);
                Average[i] = keep * Average[i] + (1 - keep) * P[i];
            }
        }
    }
}
