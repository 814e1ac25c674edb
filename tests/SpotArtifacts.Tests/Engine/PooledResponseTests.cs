using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Tests.Engine;

public sealed class PooledResponseTests
{
    private const int Side = PooledResponseShape.Side, Stride = PooledResponseShape.Stride;

    private static readonly LocalResponseWindow s_norm = new(5, 0.3, 0.75, 1);

    /// <summary>Of random shapes: images, channels, rows and columns.</summary>
    public static TheoryData<int> Trials() => [.. Enumerable.Range(0, 60)];

    // libtorch rounds the gradients of overlapping windows after each addition, and keeps 8 bits.
    [Theory]
    [MemberData(nameof(Trials))]
    public void PoolAndNormalize_AnyShape_IsOneAfterTheOther(int trial)
    {
        using DisposeScope scope = NewDisposeScope();
        Case drawn = Draw(trial);

        (float[] y, float[] dx, float[] db) = drawn.Run(Operations.PoolAndNormalize);
        (float[] expected, float[] ofMaps, float[] ofBias) = drawn.Run(OneAfterTheOther);

        Assert.Equal(expected, y);
        AssertNear(ofMaps, dx, 1f / 64);
        AssertNear(ofBias, db, 1f / 64);
    }

    [Fact]
    public void PoolAndNormalize_NothingRecorded_IsTheSame()
    {
        using DisposeScope scope = NewDisposeScope();
        for (int trial = 0; trial < 20; trial++)
        {
            Case drawn = Draw(trial);

            using IDisposable off = no_grad();
            Tensor y = Operations.PoolAndNormalize(drawn.X, drawn.Bias, Side, Stride, s_norm);

            Assert.Equal(Floats(OneAfterTheOther(drawn.X, drawn.Bias, Side, Stride, s_norm)), Floats(y));
        }
    }

    [Fact]
    public void PoolAndNormalize_WhatIsNoNumber_IsNotHidden()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (int at in Enumerable.Range(0, 49))
        {
            Tensor x = Numbers.Floats(1, 1, 16, 7, 7);
            x[0, 3, at / 7, at % 7] = float.NaN;
            x[0, 9] = float.NegativeInfinity;
            x = x.to(ScalarType.BFloat16);

            float[] y = Floats(Operations.PoolAndNormalize(x, null, Side, Stride, s_norm));
            float[] expected = Floats(OneAfterTheOther(x, null, Side, Stride, s_norm));

            Assert.Contains(expected, float.IsNaN);
            Assert.Equal(expected, y);
        }
    }

    [Fact]
    public void PoolAndNormalize_LargeTensor_IsTheSameOnTwoThreads()
    {
        int before = NativeEngine.ThreadCount;

        float[] On(int threads)
        {
            using DisposeScope scope = NewDisposeScope();
            NativeEngine.ThreadCount = threads;
            Tensor[] drawn = [Numbers.Floats(1, 5, 40, 21, 22), Numbers.Floats(2, 40), Numbers.Floats(3, 5, 40, 11, 11)];
            Tensor[] narrow = [.. drawn.Select(tensor => tensor.to(ScalarType.BFloat16))];
            (float[] y, float[] dx, float[] db) = new Case(narrow[0], narrow[1], narrow[2]).Run(Operations.PoolAndNormalize);
            return [.. y, .. dx, .. db];
        }

        Assert.Equal(On(1), On(2));

        NativeEngine.ThreadCount = before;
    }

    [Fact]
    public void Suits_WhatTheKernelsDoNotCompute_Refuses()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Numbers.Floats(1, 1, 16, 4, 4), narrow = x.to(ScalarType.BFloat16);
        Assert.True(PooledResponseFunction.Suits(narrow, 3, 2, s_norm));
        Assert.False(PooledResponseFunction.Suits(narrow, 2, 2, s_norm));
        Assert.False(PooledResponseFunction.Suits(narrow, 3, 1, s_norm));
        Assert.False(PooledResponseFunction.Suits(narrow, 3, 2, s_norm with { Beta = 0.5 }));
        Assert.False(PooledResponseFunction.Suits(narrow.narrow(1, 0, BrainElements.Count - 1), 3, 2, s_norm));
        Assert.False(PooledResponseFunction.Suits(x, 3, 2, s_norm));
        Assert.False(PooledResponseFunction.Suits(x.to(ScalarType.Float16), 3, 2, s_norm));
    }

    // Rounded to sixteenths: so the largest of a window is often there twice, and a sum with the bias has no more bits.
    private static Case Draw(int trial)
    {
        var random = new Random(trial);
        int rows = random.Next(1, 12), columns = random.Next(1, 12);
        int images = random.Next(1, 4), channels = random.Next(BrainElements.Count, trial % 10 == 0 ? 500 : 70);
        Tensor x = Sixteenths(Numbers.Floats(trial, images, channels, rows, columns)).to(ScalarType.BFloat16);
        Tensor? bias = trial % 5 == 0 ? null : Sixteenths(Numbers.Floats(500 + trial, channels)).to(ScalarType.BFloat16);
        Tensor dy = Numbers.Floats(1000 + trial, images, channels, SamePadding.OutputSize(rows, Stride),
            SamePadding.OutputSize(columns, Stride)).to(ScalarType.BFloat16);
        return new(trial % 2 == 0 ? x : x.ToChannelsLast(), bias, trial % 3 == 0 ? dy : dy.ToChannelsLast());
    }

    private static Tensor Sixteenths(Tensor x) => x.Times(16).round().Over(16);

    private static Tensor OneAfterTheOther(Tensor x, Tensor? bias, int side, int stride, LocalResponseWindow norm) =>
        LocalResponseNormFunction.Apply(Operations.MaxPoolSame(
            functional.relu(bias is null ? x : x.Plus(bias.view(1, -1, 1, 1))), side, stride), norm);

    // By the largest: what is left of sums that cancel has its error.
    private static void AssertNear(float[] expected, float[] found, float tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        float limit = tolerance * expected.Select(MathF.Abs).Append(1).Max();
        Assert.All(found.Zip(expected), pair => Assert.InRange(pair.First - pair.Second, -limit, limit));
    }

    private static float[] Floats(Tensor x) => x.to(ScalarType.Float32).ToArray<float>();

    private sealed record Case(Tensor X, Tensor? Bias, Tensor Dy)
    {
        /// <summary>The result, and the gradients of x and the bias.</summary>
        public (float[] Y, float[] Dx, float[] Db) Run(Func<Tensor, Tensor?, int, int, LocalResponseWindow, Tensor> operation)
        {
            Tensor x = X.clone().requires_grad_();
            Tensor? bias = Bias?.clone().requires_grad_();
            Tensor y = operation(x, bias, Side, Stride, s_norm);
            Tensor[] gradients = Gradients.Of([y], bias is null ? [x] : [x, bias], outputGradients: [Dy]);
            return (Floats(y), Floats(gradients[0]), bias is null ? [] : Floats(gradients[1]));
        }
    }
}
