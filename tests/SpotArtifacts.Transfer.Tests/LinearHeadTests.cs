using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer.Tests;

/// <summary>Against the same head written out in double precision, batch norm on the rows themselves.</summary>
public sealed class LinearHeadTests : IDisposable
{
    private const int Inputs = 5, Classes = 3, Rows = 7;
    private readonly DisposeScope _scope = NewDisposeScope();

    [Theory]
    [InlineData(false, false, false, 1)]
    [InlineData(true, false, true, 1)]
    [InlineData(true, true, false, 2)]
    public void Step_ThreeBatches_AgreesWithTheFormula(bool norm, bool nesterov, bool biasDecays, double biasRate)
    {
        var options = new LinearHeadOptions
        {
            Groups = [(1, 0.1)],
            Nesterov = nesterov,
            BiasDecays = biasDecays,
            BiasRate = biasRate,
            Norm = norm ? new HeadNorm(0.25, 1e-3) : null,
        };
        using var head = new LinearHead(Inputs, Classes, options);
        var expected = new WrittenOut(options);

        for (int step = 0; step < 3; step++)
        {
            (double[][] rows, int[] labels) = Batch(step);
            head.Step(ToTensor(rows), LinearHead.Targets(labels, Classes), rate: 0.5);
            expected.Step(rows, labels, rate: 0.5);
        }

        (double[][] test, _) = Batch(9);
        (Tensor weight, Tensor bias) = head.ForInference();
        float[] scores = functional.linear(ToTensor(test), weight, bias).ToArray<float>();
        Assert.All(test.SelectMany(expected.Scores).Zip(scores), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void Step_SeveralGroups_EachIsTheHeadItWouldBeAlone()
    {
        (double Rate, double Decay)[] groups = [(1, 0), (0.1, 0.5)];
        using var both = new LinearHead(Inputs, Classes, new LinearHeadOptions { Groups = groups });
        (double[][] rows, int[] labels) = Batch(1);
        both.Step(ToTensor(rows), LinearHead.Targets(labels, Classes), rate: 1);

        for (int g = 0; g < 2; g++)
        {
            using var alone = new LinearHead(Inputs, Classes, new LinearHeadOptions { Groups = [groups[g]] });
            alone.Step(ToTensor(rows), LinearHead.Targets(labels, Classes), rate: 1);
            Assert.All(alone.ForInference().Weight.ToArray<float>()
                .Zip(both.ForInference().Weight.narrow(0, g * Classes, Classes).contiguous().ToArray<float>()),
                pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        }
    }

    [Fact]
    public void Step_Scale_IsThatOfTheRows()
    {
        (double[][] rows, int[] labels) = Batch(1);
        double[][] scaled = [.. rows.Select(row => row.Select(v => 0.5 * v).ToArray())];
        using LinearHead factor = new(Inputs, Classes, new LinearHeadOptions(), scale: 0.5),
        plain = new(Inputs, Classes, new LinearHeadOptions());
        for (int step = 0; step < 3; step++)
        {
            factor.Step(ToTensor(rows), LinearHead.Targets(labels, Classes), 0.5);
            plain.Step(ToTensor(scaled), LinearHead.Targets(labels, Classes), 0.5);
        }

        Assert.All(plain.ForInference().Weight.ToArray<float>().Zip(factor.ForInference().Weight.ToArray<float>()),
            pair => Assert.Equal(0.5 * pair.First, pair.Second, 1e-5));
    }

    [Theory]
    [InlineData(true, 0.2582)] // 1 / sqrt(3 * 5)
    [InlineData(false, 0.01)]
    public void Deviation_Choices_ByHand(bool fanIn, double expected) =>
        Assert.Equal(expected, new LinearHeadOptions { InitialDeviation = 0.01, FanInDeviation = fanIn }.Deviation(Inputs), 1e-4);

    public void Dispose() => _scope.Dispose();

    private static (double[][] Rows, int[] Labels) Batch(int seed)
    {
        var random = new SeededRandom((ulong)seed);
        return ([.. Enumerable.Range(0, Rows).Select(_ => Enumerable.Range(0, Inputs)
            .Select(d => (double)(float)(d + (d + 1) * random.NextDouble())).ToArray())],
            [.. Enumerable.Range(0, Rows).Select(_ => random.NextInt(Classes))]);
    }

    private static Tensor ToTensor(double[][] rows) =>
        TensorData.From<float>([.. rows.SelectMany(row => row).Select(v => (float)v)], rows.Length, Inputs);

    private sealed class WrittenOut(LinearHeadOptions options)
    {
        private readonly double[,] _weight = new double[Classes, Inputs], _weightVelocity = new double[Classes, Inputs];
        private readonly double[] _bias = new double[Classes], _biasVelocity = new double[Classes], _mean = new double[Inputs],
        _variance = new double[Inputs];
        private int _batches;

        internal void Step(double[][] rows, int[] labels, double rate)
        {
            double[][] x = options.Norm is null ? rows : Normalize(rows);
            double[][] gradients =
                [.. x.Select((row, i) => Softmax(Products(row)).Select((p, c) => (p - (labels[i] == c ? 1 : 0)) / rows.Length)
                .ToArray())];
            double decay = options.Groups[0].Decay;
            for (int c = 0; c < Classes; c++)
            {
                for (int d = 0; d < Inputs; d++)
                    _weight[c, d] -= rate * Direction(ref _weightVelocity[c, d],
                        x.Select((row, i) => row[d] * gradients[i][c]).Sum() + decay * _weight[c, d]);
                double gradient = gradients.Sum(g => g[c]) + (options.BiasDecays ? decay * _bias[c] : 0);
                _bias[c] -= rate * options.BiasRate * Direction(ref _biasVelocity[c], gradient);
            }
        }

        internal double[] Scores(double[] row) => Products(options.Norm is not { } norm ? row
            : [.. row.Select((v, d) => (v - _mean[d]) / Math.Sqrt(_variance[d] + norm.Epsilon))]);

        private double Direction(ref double velocity, double gradient)
        {
            velocity = options.Momentum * velocity + gradient;
            return options.Nesterov ? gradient + options.Momentum * velocity : velocity;
        }

        private double[][] Normalize(double[][] rows)
        {
            double[] mean = [.. Enumerable.Range(0, Inputs).Select(d => rows.Average(r => r[d]))];
            double[] variance = [.. Enumerable.Range(0, Inputs)
                .Select(d => rows.Average(r => (r[d] - mean[d]) * (r[d] - mean[d])))];
            double share = Math.Max(options.Norm!.Momentum, 1.0 / ++_batches);
            for (int d = 0; d < Inputs; d++)
            {
                _mean[d] += share * (mean[d] - _mean[d]);
                _variance[d] += share * (variance[d] * rows.Length / (rows.Length - 1) - _variance[d]);
            }
            return [.. rows.Select(row => row.Select((v, d) => (v - mean[d]) / Math.Sqrt(variance[d] + options.Norm.Epsilon))
                .ToArray())];
        }

        private double[] Products(double[] row) =>
            [.. Enumerable.Range(0, Classes).Select(c => _bias[c] + row.Select((v, d) => v * _weight[c, d]).Sum())];

        private static double[] Softmax(double[] scores)
        {
            double[] powers = [.. scores.Select(s => Math.Exp(s - scores.Max()))];
            return [.. powers.Select(p => p / powers.Sum())];
        }
    }
}
