using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Transfer.Voc;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Tests.Voc;

public sealed class LinearSvmTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Train_TwoPoints_GivesTheSolutionWorkedOutByHand()
    {
        // x = +-1 with the constant 1, C = 1 for both: w = 2a, b = 0; with both slacks 1 - w: minimise w^2 / 2 + 2 (1 - w)^2, w =
        // 4 / 5.
        Tensor rows = TensorData.From<float>([1, -1], 2, 1);
        double[] solution = new double[2];
        new LinearSvm(rows).Train([0, 1], [true, false],
            new LinearSvmOptions { Cost = 1, PositiveWeight = 1, Tolerance = 1e-10 }, solution);
        (Tensor weight, double bias) = LinearSvm.Weights(rows, [true, false], solution);
        Assert.Equal(0.8, weight.item<float>(), 5);
        Assert.Equal(0, bias, 6);
    }

    [Theory]
    [InlineData(0.01, 1)]
    [InlineData(1, 2)]
    [InlineData(100, 2)]
    public void Train_OverlappingClouds_MinimisesThePrimal(double cost, double positiveWeight)
    {
        (Tensor rows, bool[] positive) = Clouds(60, 5);
        double[] solution = new double[60];
        (double violation, _) = new LinearSvm(rows)
            .Train([.. Enumerable.Range(0, 60)], positive,
            new LinearSvmOptions { Cost = cost, PositiveWeight = positiveWeight, Tolerance = 1e-5, MaxPasses = 200_000 },
            solution);
        (Tensor weight, double bias) = LinearSvm.Weights(rows, positive, solution);
        double[] w = [.. weight.ToArray<float>().Select(v => (double)v), bias];

        // The primal is convex: at the minimum no coordinate can improve it.
        double least = Primal(rows, positive, w, cost, positiveWeight);
        Assert.True(violation < 1e-5);
        for (int d = 0; d < w.Length; d++)
            foreach (double step in (double[])[-1e-3, 1e-3])
            {
                double[] moved = [.. w];
                moved[d] += step * Math.Max(1, Math.Abs(w[d]));
                Assert.True(Primal(rows, positive, moved, cost, positiveWeight) > least);
            }
        // And the dual has the same value.
        double dual = solution.Select((a, i) => a - a * a / (4 * (positive[i] ? cost * positiveWeight : cost)))
            .Sum() - 0.5 * w.Sum(v => v * v);
        Assert.Equal(1, dual / least, 4);
    }

    [Fact]
    public void Train_FromAnotherCostsSolution_EndsAtTheSame()
    {
        (Tensor rows, bool[] positive) = Clouds(40, 3);
        int[] all = [.. Enumerable.Range(0, 40)];
        LinearSvm svm = new(rows);
        double[] direct = new double[40], warm = new double[40];
        LinearSvmOptions last = new() { Cost = 5, Tolerance = 1e-8, MaxPasses = 50_000 };
        svm.Train(all, positive, last, direct);
        svm.Train(all, positive, last with { Cost = 0.1 }, warm);
        svm.Train(all, positive, last, warm);
        Assert.All(direct.Zip(warm), pair => Assert.Equal(pair.First, pair.Second, 4));
    }

    [Fact]
    public void Train_SomeRows_LeavesTheOthersOut()
    {
        (Tensor rows, bool[] positive) = Clouds(30, 3);
        double[] solution = new double[30];
        LinearSvm svm = new(rows);
        svm.Train([.. Enumerable.Range(0, 20)], positive, new LinearSvmOptions { Cost = 1 }, solution);
        Assert.All(solution[20..], a => Assert.Equal(0, a));
        (Tensor weight, double bias) = LinearSvm.Weights(rows, positive, solution);
        float[] decided = svm.Decide([20, 29], positive, solution), expected = rows.matmul(weight).ToArray<float>();
        Assert.Equal(expected[20] + bias, decided[0], 3);
        Assert.Equal(expected[29] + bias, decided[1], 3);
    }

    [Fact]
    public void Assign_StratifiedFolds_AreConsecutiveStretchesOfEachClass()
    {
        // As sklearn's StratifiedKFold(3) splits these nine: negatives 0, 1, 3, 5, 7, 8 by twos, positives 2, 4, 6 by ones.
        Assert.Equal([0, 0, 0, 1, 1, 1, 2, 2, 2],
            StratifiedFolds.Assign([false, false, true, false, true, false, true, false, false], 3));
        Assert.Throws<ArgumentException>(() => StratifiedFolds.Assign([true, false, false, false], 2));
    }

    public void Dispose() => _scope.Dispose();

    private static double Primal(Tensor rows, bool[] positive, double[] w, double cost, double positiveWeight)
    {
        float[] x = rows.ToArray<float>();
        int d = w.Length - 1;
        double sum = 0.5 * w.Sum(v => v * v);
        for (int i = 0; i < positive.Length; i++)
        {
            double value = w[d] + Enumerable.Range(0, d).Sum(k => w[k] * x[i * d + k]),
            slack = Math.Max(0, 1 - (positive[i] ? value : -value));
            sum += (positive[i] ? cost * positiveWeight : cost) * slack * slack;
        }
        return sum;
    }

    private static (Tensor, bool[]) Clouds(int count, int dimensions)
    {
        SeededRandom random = new(9);
        float[] values = new float[count * dimensions];
        bool[] positive = new bool[count];
        for (int i = 0; i < count; i++)
        {
            positive[i] = i % 3 == 0;
            for (int k = 0; k < dimensions; k++)
                values[i * dimensions + k] = (float)(random.NextDouble(-1, 1) + (positive[i] && k == 0 ? 0.7 : 0));
        }
        return (TensorData.From<float>(values, count, dimensions), positive);
    }
}
