namespace SpotArtifacts.Torch.Tests;

public class FunctionsTests
{
    private static readonly Dictionary<string, (Func<Tensor, Tensor> Function, long[] Shape)> s_differentiable = new()
    {
        ["leaky relu"] = (x => Functions.LeakyRelu(x, 0.2), [3, 5]),
        ["relu"] = (Functions.Relu, [3, 5]),
        ["tanh"] = (Functions.Tanh, [3, 5]),
        ["sigmoid"] = (Functions.Sigmoid, [3, 5]),
        ["softmax"] = (Functions.Softmax, [3, 5]),
        ["bilinear"] = (x => Functions.UpsampleBilinear(x, 2), [1, 2, 3, 4]),
        ["nearest"] = (x => Functions.UpsampleNearest(x, 6, 8), [1, 2, 3, 4]),
        ["neighbourhood mean"] = (x => Functions.NeighborhoodMean(x, 3), [1, 2, 4, 4]),
        ["adaptive mean"] = (x => Functions.AdaptiveAveragePool(x, 2, 3), [1, 2, 5, 7]),
        ["pad"] = (x => Functions.Pad(x, 1, 2, 3, 0), [1, 1, 3, 3]),
        ["max pool"] = (x => Functions.MaxPoolSame(x, 3, 2), [1, 2, 6, 6]),
        ["convolution"] = (x => Functions.Convolution(x, Samples.Doubles(5, 4, 2, 3, 3), null, 2, 1, 2), [1, 4, 5, 5]),
        ["linear"] = (x => Functions.Linear(x, Samples.Doubles(5, 2, 4), Samples.Doubles(6, 2)), [3, 4]),
        ["add product"] = (x => Functions.AddProduct(x, x, Samples.Doubles(5, 4)), [3, 4]),
        ["cross entropy"] = (x => Functions.SoftmaxCrossEntropy(x, Tensor.From<long>([1, 0, 3], 3)), [3, 4]),
        ["binary cross entropy"] = (x => Functions.BinaryCrossEntropy(x, Samples.Doubles(5, 3, 4).Square()), [3, 4]),
        ["square, sqrt, abs"] = (x => (x.Square() + 1.0).Sqrt() + x.Abs(), [3, 4]),
        ["quotient"] = (x => x / (2.0 - x.Square()), [3, 4]),
        ["mean over"] = (x => x.Mean([0, 2], keep: true) * x, [2, 3, 4]),
        ["narrow, concatenate"] = (x => Tensor.Concatenate(1, x.Narrow(1, 1, 2), x), [2, 3]),
        ["select, permute"] = (x => x.Select(1, Tensor.From<long>([2, 0, 2], 3)).Permute(1, 0), [2, 3]),
        ["matrix product"] = (x => x.MatMul(x.Transpose(0, 1)), [3, 4]),
        ["at least"] = (x => x.AtLeast(0.1), [3, 4]),
    };

    public static TheoryData<string> Differentiable() => [.. s_differentiable.Keys];

    [Theory]
    [MemberData(nameof(Differentiable))]
    public void Gradient_Function_AgreesWithCentralDifferences(string name)
    {
        (Func<Tensor, Tensor> function, long[] shape) = s_differentiable[name];

        GradientCheck.Of(function, Samples.Numbers(7, Samples.Count(shape)), shape);
    }

    [Fact]
    public void UpsampleBilinear_TwoPixels_UsesHalfPixelCentres()
    {
        using var scope = new TensorScope();

        Assert.Equal([0f, 1, 3, 4, 0, 1, 3, 4], Functions.UpsampleBilinear(Tensor.From<float>([0, 4], 1, 1, 1, 2), 2).ToArray<float>());
    }

    [Fact]
    public void UpsampleNearest_ToDouble_RepeatsPixels()
    {
        using var scope = new TensorScope();

        Assert.Equal([1f, 1, 2, 2], Functions.UpsampleNearest(Tensor.From<float>([1, 2], 1, 1, 1, 2), 1, 4).ToArray<float>());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void NeighborhoodMean_Borders_DivideByTheEntriesInside(int window)
    {
        const int side = 5;
        using var scope = new TensorScope();
        double[] x = Samples.Numbers(1, side * side);

        double[] mean = Functions.NeighborhoodMean(Samples.Floats(1, 1, 1, side, side), window).Values();

        for (int i = 0; i < x.Length; i++)
        {
            double[] inside = [.. Enumerable.Range(0, x.Length)
                .Where(j => Math.Abs(j / side - i / side) <= window / 2 && Math.Abs(j % side - i % side) <= window / 2).Select(j => x[j])];
            Assert.Equal(inside.Average(), mean[i], 6);
        }
    }

    [Fact]
    public void AdaptiveAveragePool_EvenSplit_AveragesQuarters()
    {
        using var scope = new TensorScope();

        float[] means = Functions.AdaptiveAveragePool(Tensor.From<float>([1, 3, 10, 30, 5, 7, 20, 40], 1, 1, 2, 4), 1, 2).ToArray<float>();

        Assert.Equal([4f, 25], means);
    }

    [Fact]
    public void Pad_FourSides_GoesWhereItSays()
    {
        using var scope = new TensorScope();

        Assert.Equal([7f, 7, 7, 7, 1, 7], Functions.Pad(Tensor.From<float>([1], 1, 1, 1, 1), left: 1, right: 1, top: 1, bottom: 0, 7).ToArray<float>());
    }

    [Fact]
    public void SoftmaxCrossEntropy_HandComputed_IsTheMeanOfMinusLogProbability()
    {
        using var scope = new TensorScope();
        Tensor logits = Tensor.From<float>([0, 0, MathF.Log(3), 0], 2, 2), labels = Tensor.From<long>([0, 1], 2);

        Assert.Equal((Math.Log(2) + Math.Log(4)) / 2, Functions.SoftmaxCrossEntropy(logits, labels).ToSingle(), 6);
    }

    [Fact]
    public void SoftmaxCrossEntropy_HugeLogits_StaysFinite()
    {
        using var scope = new TensorScope();

        Assert.Equal(2000f, Functions.SoftmaxCrossEntropy(Tensor.From<float>([1000, -1000], 1, 2), Tensor.From<long>([1], 1)).ToSingle());
    }

    [Theory]
    [InlineData(0, 1, 0.6931471805599453)]
    [InlineData(0, 0.25, 0.6931471805599453)]
    [InlineData(2, 0, 2.1269280110429727)]
    [InlineData(-500, 1, 500)]
    [InlineData(500, 1, 0)]
    public void BinaryCrossEntropy_OneLogit_HandComputed(float logit, float target, double expected)
    {
        using var scope = new TensorScope();

        Assert.Equal(expected, Functions.BinaryCrossEntropy(Tensor.From<float>([logit], 1), Tensor.From<float>([target], 1)).ToSingle(), 5);
    }

    [Fact]
    public void BinaryCrossEntropy_ManyLogits_IsTheMean()
    {
        using var scope = new TensorScope();
        float[] z = [0.3f, -1.2f, 4], t = [1, 0, 0.5f];
        double expected = z.Zip(t, (a, b) => Math.Log(1 + Math.Exp(a)) - a * b).Average();

        Assert.Equal(expected, Functions.BinaryCrossEntropy(Tensor.From<float>(z, 3), Tensor.From<float>(t, 3)).ToSingle(), 5);
    }

    [Fact]
    public void AddProduct_Broadcast_HandComputed()
    {
        using var scope = new TensorScope();
        Tensor x = Tensor.From<float>([1, 2, 3, 4], 2, 2), a = Tensor.From<float>([10, 100], 2), b = Tensor.From<float>([1, -1], 2, 1);

        Assert.Equal([11f, 102, -7, -96], Functions.AddProduct(x, a, b).ToArray<float>());
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.7)]
    public void Dropout_ManyElements_ZeroesTheShareAndScalesTheRest(double rate)
    {
        using var scope = new TensorScope();
        using var random = new RandomGenerator(3);

        float[] y = Functions.Dropout(Tensor.Full(2, "cpu", 100_000), rate, random).ToArray<float>();

        float kept = (float)(2 / (1 - rate));
        Assert.All(y, v => Assert.True(v == 0 || Math.Abs(v - kept) < 1e-5));
        Assert.Equal(rate, y.Count(v => v == 0) / (double)y.Length, 0.01);
    }

    [Fact]
    public void Dropout_RateZero_GivesASecondReference()
    {
        using var random = new RandomGenerator(3);
        using Tensor x = Tensor.Scalar(5);

        Functions.Dropout(x, 0, random).Dispose();

        Assert.Equal(5f, x.ToSingle());
    }

    [Fact]
    public void Functions_WithoutScope_LeaveOnlyTheirResult()
    {
        using var random = new RandomGenerator(3);
        using Tensor x = Samples.Floats(1, 2, 3), labels = Tensor.From<long>([0, 1], 2), image = Samples.Floats(1, 1, 1, 4, 4);
        foreach (Func<Tensor> make in (Func<Tensor>[])[
            () => Functions.Dropout(x, 0.5, random), () => Functions.SoftmaxCrossEntropy(x, labels), () => x + 1.0, () => 1.0 - x,
            () => Functions.MaxPoolSame(image, 4, 1), () => Functions.MaxPoolSame(image, 3, 2), () => Functions.Bernoulli(0.5, random, "cpu", 3)])
        {
            long before = Tensor.LiveCount;
            using Tensor result = make();
            Assert.Equal(before + 1, Tensor.LiveCount);
        }
    }
}
