using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

public sealed class AdamTests
{
    private static readonly AdamOptions s_options = new(0.5, 0.999, 1e-5, 0.01, 0.9);

    [Theory]
    [InlineData(0, 0.9, false)]
    [InlineData(0.01, 0.9, false)]
    [InlineData(0.01, 0.15, false)]
    [InlineData(0, 0.9, true)]
    [InlineData(0.01, 0.9, true)]
    [InlineData(0.01, 0.15, true)]
    public void Step_FiveTimes_AgreesWithTheDefinition(double weightDecay, double emaBound, bool inOneBuffer)
    {
        using DisposeScope scope = NewDisposeScope();
        AdamOptions options = s_options with { WeightDecay = weightDecay, EmaDecay = emaBound };
        TrainedParameter[] parameters = Parameters();
        Reference[] references = [.. parameters.Select(p => new Reference(p.Value.Values(), options, p.Decays))];
        using var adam = new Adam(parameters, options, inOneBuffer);

        for (int step = 0; step < 5; step++)
        {
            adam.Step(GradientsOf(parameters, step), 0.01 / (step + 1));
            for (int i = 0; i < references.Length; i++)
                references[i].Step(Numbers.Of(100 * step + i, references[i].P.Length), 0.01 / (step + 1));
        }

        Assert.Equal(5, adam.StepCount);
        for (int i = 0; i < references.Length; i++)
        {
            Numbers.AssertClose(references[i].P, adam.Values[i].Values(), 2e-6);
            Numbers.AssertClose(references[i].M, adam.FirstMoments[i].Values(), 2e-6);
            Numbers.AssertClose(references[i].V, adam.SecondMoments[i].Values(), 2e-6);
            Numbers.AssertClose(references[i].Average, adam.Averages[i].Values(), 2e-6);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_WithoutAGradient_LeavesThatParameterAndItsStateAlone(bool inOneBuffer)
    {
        using DisposeScope scope = NewDisposeScope();
        TrainedParameter[] parameters = [.. Enumerable.Range(0, 6)
            .Select(i => new TrainedParameter($"w{i}", Numbers.Floats(60 + i, 4 + i).requires_grad_(), i % 2 == 0))];
        Reference[] references = [.. parameters.Select(p => new Reference(p.Value.Values(), s_options, p.Decays))];
        using var adam = new Adam(parameters, s_options, inOneBuffer);

        for (int step = 0; step < 4; step++)
        {
            Tensor[] gradients = GradientsOf(parameters, step);
            adam.Step([.. gradients.Select((g, i) => IsGiven(i, step) ? g : null)], 0.01);
            for (int i = 0; i < references.Length; i++)
                references[i].Step(IsGiven(i, step) ? Numbers.Of(100 * step + i, references[i].P.Length) : null, 0.01);
        }

        for (int i = 0; i < references.Length; i++)
        {
            Numbers.AssertClose(references[i].P, adam.Values[i].Values(), 2e-6);
            Numbers.AssertClose(references[i].M, adam.FirstMoments[i].Values(), 2e-6);
            Numbers.AssertClose(references[i].V, adam.SecondMoments[i].Values(), 2e-6);
            Numbers.AssertClose(references[i].Average, adam.Averages[i].Values(), 2e-6);
        }
        // In the last step the fourth alone, before that all, some and none.
        static bool IsGiven(int i, int step) => step switch { 0 => true, 1 => i is 0 or 3 or 4, 2 => false, _ => i == 3 };
    }

    [Fact]
    public void Kernel_RandomLengths_IsTheScalarOneBitForBit()
    {
        var random = new Random(3);
        for (int trial = 0; trial < 100; trial++)
        {
            int length = random.Next(0, 70);
            var step = new AdamStep(random.NextDouble(), random.NextDouble(), 1e-5, 1e-3, 1 + random.NextDouble(),
                trial % 2 * 0.1, random.NextDouble());
            float[] g = Numbers.FloatsOf(trial, length);
            float[][] a = State(trial, length), b = State(trial, length);

            AdamKernel.StepScalar(a[0], g, a[1], a[2], a[3], step);
            AdamKernel.Step(b[0], g, b[1], b[2], b[3], step);

            Assert.Equal(a, b);
        }
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Step_OtherLayouts_GivesTheSameNumbers(bool parameterLast, bool gradientLast) =>
        Assert.Equal(StepOnce(false, false), StepOnce(parameterLast, gradientLast));

    [Fact]
    public void Step_ChannelsLastParameter_KeepsItsStateInThatLayout()
    {
        using DisposeScope scope = NewDisposeScope();
        using var adam = new Adam([new TrainedParameter("w", Numbers.Floats(1, 6, 4, 3, 3).ChannelsLast(), true)], s_options);

        Assert.All((Tensor[])[adam.FirstMoments[0], adam.SecondMoments[0], adam.Averages[0]],
            state => Assert.True(TensorMemory.IsChannelsLast(state)));
    }

    [Fact]
    public void Step_Float64_GoesTheComposedWayToTheSameNumbers()
    {
        using DisposeScope scope = NewDisposeScope();
        double[] start = Numbers.Of(1, 12), gradient = Numbers.Of(2, 12);
        var reference = new Reference(start, s_options, decays: true);
        using var adam = new Adam([new TrainedParameter("w", Numbers.Doubles(1, 12).requires_grad_(), true)], s_options);

        for (int step = 0; step < 3; step++)
        {
            adam.Step([Numbers.Doubles(2, 12)], 0.1);
            reference.Step(gradient, 0.1);
        }

        Numbers.AssertClose(reference.P, adam.Values[0].Values(), 1e-12);
        Numbers.AssertClose(reference.Average, adam.Averages[0].Values(), 1e-12);
    }

    [Fact]
    public void Step_LargeTensor_IsTheSameOnTwoThreads()
    {
        float[] On(int threads)
        {
            using DisposeScope scope = NewDisposeScope();
            NativeEngine.ThreadCount = threads;
            using var adam = new Adam([new TrainedParameter("w", Numbers.Floats(1, 128, 64, 3, 3), true)], s_options);
            adam.Step([Numbers.Floats(2, 128, 64, 3, 3)], 0.01);
            return adam.Values[0].ToArray<float>();
        }
        int before = NativeEngine.ThreadCount;

        Assert.Equal(On(1), On(2));

        NativeEngine.ThreadCount = before;
    }

    [Fact]
    public void Step_WrongGradientShape_IsAnErrorWithBothShapesAndChangesNothing()
    {
        using DisposeScope scope = NewDisposeScope();
        using var adam = new Adam([new TrainedParameter("conv1.weight", Numbers.Floats(1, 1, 1, 3, 3), true)], s_options);

        string message = Assert.Throws<ArgumentException>(() => adam.Step([Numbers.Floats(1, 1, 1, 2, 2)], 0.1)).Message;

        Assert.Equal("the gradient of conv1.weight is (1, 1, 2, 2) Float32, the parameter (1, 1, 3, 3) Float32", message);
        Assert.Equal(0, adam.StepCount);
    }

    [Fact]
    public void Step_TooFewGradients_IsAnError()
    {
        using DisposeScope scope = NewDisposeScope();
        using var adam = new Adam(Parameters(), s_options);

        Assert.Contains("1 gradients for 2 parameters",
            Assert.Throws<ArgumentException>(() => adam.Step([Numbers.Floats(1, 3)], 0.1)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_BetweenForwardAndBackward_IsAnErrorAndNotAWrongGradient(bool inOneBuffer)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Numbers.Floats(1, 4).requires_grad_(), w = Numbers.Floats(2, 4).requires_grad_();
        using var adam = new Adam([new TrainedParameter("w", w, true)], s_options, inOneBuffer);
        Tensor y = (x * w).sum();

        adam.Step([Numbers.Floats(3, 4)], 0.1);

        Assert.Contains("modified by an inplace operation",
            Assert.Throws<InvalidOperationException>(() => Gradients.Of([y], [x])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WeightDecayLoss_WeightsThatDecayOnly_HandComputed()
    {
        using DisposeScope scope = NewDisposeScope();
        using var adam = new Adam([new("w", Numbers.Tensor([3, 4], 2), true), new("b", Numbers.Tensor([100, 100], 2), false)],
            s_options);

        Assert.Equal(0.5 * 0.01 * 25, adam.WeightDecayLoss(), 6);
    }

    [Fact]
    public void Constructor_AndDispose_OwnThreeTensorsForEachParameterOutsideAnyScope()
    {
        using DisposeScope scope = NewDisposeScope();
        TrainedParameter[] parameters = Parameters();
        Adam adam;
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (NewDisposeScope())
            adam = new Adam(parameters, s_options);

        Assert.Equal(before + 6, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(0f, adam.FirstMoments[0].sum().ToArray<float>()[0]);
        long used = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        adam.Dispose();
        Assert.Equal(used - 6, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static float[] StepOnce(bool parameterLast, bool gradientLast)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor Lay(Tensor t, bool last) => last ? t.ChannelsLast() : t;
        Tensor p = Lay(Numbers.Floats(1, 6, 4, 3, 3), parameterLast);
        using var adam = new Adam([new TrainedParameter("w", p, true)], s_options);
        adam.Step([Lay(Numbers.Floats(2, 6, 4, 3, 3), gradientLast)], 0.1);
        return p.ToArray<float>();
    }

    private static TrainedParameter[] Parameters() =>
        [new("c.weight", Numbers.Floats(50, 5, 3, 3, 3).requires_grad_(), true),
            new("c.bias", Numbers.Floats(51, 5).requires_grad_(), false)];

    private static Tensor[] GradientsOf(TrainedParameter[] parameters, int step) =>
        [.. parameters.Select((p, i) => Numbers.Floats(100 * step + i, p.Value.shape))];

    private static float[][] State(int seed, int length) =>
        [.. Enumerable.Range(0, 4)
            .Select(i => Array.ConvertAll(Numbers.FloatsOf(1000 * i + seed, length), value => i == 2 ? Math.Abs(value) : value))];

    private sealed class Reference(double[] start, AdamOptions options, bool decays)
    {
        private int _steps;

        public double[] P { get; } = [.. start];

        public double[] M { get; } = new double[start.Length];

        public double[] V { get; } = new double[start.Length];

        public double[] Average { get; } = [.. start];

        public void Step(double[]? gradient, double rate)
        {
            double keep = Math.Min(options.EmaDecay, (1.0 + _steps) / (10.0 + _steps));
            _steps++;
            for (int i = 0; gradient is not null && i < P.Length; i++)
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
