using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

public sealed class OperationsTests
{
    private static readonly Dictionary<string, (Func<Tensor, Tensor> Function, long[] Shape)> s_differentiable = new()
    {
        ["bilinear"] = (x => Operations.UpsampleBilinear(x, 2), [1, 2, 3, 4]),
        ["nearest"] = (x => Operations.UpsampleNearest(x, 6, 8), [1, 2, 3, 4]),
        ["neighbourhood mean"] = (x => Operations.NeighborhoodMean(x, 3), [1, 2, 4, 4]),
        ["max pool"] = (x => Operations.MaxPoolSame(x, 3, 2), [1, 2, 6, 6]),
        ["patches"] = (x => Operations.Patches(x, 3), [1, 2, 4, 5]),
        ["cross entropy"] = (x => Operations.SoftmaxCrossEntropy(x, tensor(new long[] { 1, 0, 3 })), [3, 4]),
    };

    public static TheoryData<string> Differentiable() => [.. s_differentiable.Keys];

    [Theory]
    [MemberData(nameof(Differentiable))]
    public void Gradient_Operation_AgreesWithCentralDifferences(string name)
    {
        (Func<Tensor, Tensor> function, long[] shape) = s_differentiable[name];

        GradientCheck.Of(function, Numbers.Of(7, Numbers.Count(shape)), shape);
    }

    [Theory]
    [InlineData("bilinear")]
    [InlineData("nearest")]
    [InlineData("neighbourhood mean")]
    [InlineData("max pool")]
    public void Operation_ChannelsLast_StaysSoForwardAndBackwardAndGivesTheSame(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Func<Tensor, Tensor> function = s_differentiable[name].Function;
        Tensor x = Numbers.Floats(1, 2, 16, 6, 8), last = x.ChannelsLast().requires_grad_();

        Tensor y = function(last), gradient = Gradients.Of([y.square().sum()], [last])[0];

        Assert.True(TensorMemory.IsChannelsLast(y));
        Assert.True(TensorMemory.IsChannelsLast(gradient));
        Numbers.AssertClose(function(x).Values(), y.Values(), 1e-6);
    }

    [Fact]
    public void UpsampleBilinear_TwoPixels_UsesHalfPixelCentres()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Equal([0f, 1, 3, 4, 0, 1, 3, 4],
            Operations.UpsampleBilinear(Numbers.Tensor([0, 4], 1, 1, 1, 2), 2).ToArray<float>());
    }

    [Fact]
    public void UpsampleNearest_ToDouble_RepeatsPixels()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Equal([1f, 1, 2, 2], Operations.UpsampleNearest(Numbers.Tensor([1, 2], 1, 1, 1, 2), 1, 4).ToArray<float>());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void NeighborhoodMean_Borders_DivideByTheEntriesInside(int window)
    {
        const int side = 5;
        using DisposeScope scope = NewDisposeScope();
        double[] x = Numbers.Of(1, side * side);

        double[] mean = Operations.NeighborhoodMean(Numbers.Floats(1, 1, 1, side, side), window).Values();

        for (int i = 0; i < x.Length; i++)
        {
            double[] inside = [.. Enumerable.Range(0, x.Length)
                .Where(j => Math.Abs(j / side - i / side) <= window / 2 && Math.Abs(j % side - i % side) <= window / 2)
                    .Select(j => x[j])];
            Assert.Equal(inside.Average(), mean[i], 6);
        }
    }

    [Fact]
    public void Patches_Window_HoldsTheNeighboursOfEachEntryAndZerosBeyondTheBorder()
    {
        using DisposeScope scope = NewDisposeScope();

        Tensor patches = Operations.Patches(Numbers.Tensor([1, 2, 3, 4], 1, 1, 2, 2), 3);

        Assert.Equal([1, 4, 9], patches.shape);
        Assert.Equal([0f, 0, 0, 0, 1, 2, 0, 3, 4], patches.select(1, 0).ToArray<float>());
    }

    [Fact]
    public void SoftmaxCrossEntropy_HandComputed_IsTheMeanOfMinusLogProbability()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = Numbers.Tensor([0, 0, MathF.Log(3), 0], 2, 2), labels = tensor(new long[] { 0, 1 });

        Assert.Equal((Math.Log(2) + Math.Log(4)) / 2, Operations.SoftmaxCrossEntropy(logits, labels).ToArray<float>()[0], 6);
    }

    [Fact]
    public void SoftmaxCrossEntropy_HugeLogits_StaysFinite()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Equal([2000f], Operations.SoftmaxCrossEntropy(Numbers.Tensor([1000, -1000], 1, 2), tensor(new long[] { 1 }))
            .ToArray<float>());
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.7)]
    public void Dropout_ManyElements_ZeroesTheShareAndScalesTheRest(double rate)
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new Generator(3);

        float[] y = Operations.Dropout(full(100_000, 2f), rate, random).ToArray<float>();

        float kept = (float)(2 / (1 - rate));
        Assert.All(y, v => Assert.True(v == 0 || Math.Abs(v - kept) < 1e-5));
        Assert.Equal(rate, y.Count(v => v == 0) / (double)y.Length, 0.01);
    }

    [Fact]
    public void Dropout_RateZero_GivesASecondReference()
    {
        using var random = new Generator(3);
        using Tensor x = Numbers.Tensor([5]);

        Operations.Dropout(x, 0, random).Dispose();

        Assert.Equal([5f], x.ToArray<float>());
    }

    [Fact]
    public void Dropout_HalfPrecision_KeepsTheType()
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new Generator(3);

        Assert.Equal(ScalarType.BFloat16, Operations.Dropout(ones(4, ScalarType.BFloat16), 0.5, random).dtype);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(0.7)]
    [InlineData(1)]
    public void Bernoulli_ManyDraws_AreOnesInThatShare(double probability)
    {
        using var random = new Generator(5);
        using Tensor draws = Operations.Bernoulli(probability, random, CPU, 100_000);

        float[] values = draws.ToArray<float>();

        Assert.All(values, v => Assert.True(v is 0 or 1));
        Assert.Equal(probability, values.Average(), 0.01);
    }

    [Fact]
    public void Operations_WithoutScope_LeaveOnlyTheirResult()
    {
        using var random = new Generator(3);
        using Tensor x = Numbers.Floats(1, 2, 3), labels = tensor(new long[] { 0, 1 }),
        image = Numbers.Floats(1, 1, 1, 4, 4).requires_grad_(), regions = Numbers.Tensor([0, 0, 0, 3, 3], 1, 5),
        spread = Numbers.Floats(1, 2, 3, 2, 2);
        Func<Tensor>[] operations = [
            () => Operations.Dropout(x, 0.5, random), () => Operations.SoftmaxCrossEntropy(x, labels),
            () => Operations.MaxPoolSame(image, 4, 1),
            () => Operations.MaxPoolSame(image, 3, 2), () => Operations.Bernoulli(0.5, random, null, 3),
            () => Operations.LocalResponseNorm(image, 3, 1, 0.75, 1),
            () => Operations.LocalResponseNorm(image, 3, 1, 0.5, 1), () => Operations.RegionMaxPool(image, regions, 2, 2, 1),
            () => TensorMemory.ToChannelsLast(spread),
        ];
        long[] left = new long[operations.Length];
        for (int i = 0; i < operations.Length; i++)
        {
            long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            using Tensor result = operations[i]();
            left[i] = DisposeScopeManager.Statistics.ThreadTotalLiveCount - before;
        }

        Assert.All(left, count => Assert.Equal(1, count));
    }
}
