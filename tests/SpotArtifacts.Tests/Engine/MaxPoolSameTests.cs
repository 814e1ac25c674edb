using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

public sealed class MaxPoolSameTests
{
    public static TheoryData<int, int, int> Sizes()
    {
        TheoryData<int, int, int> data = [];
        for (int side = 5; side <= 16; side++)
            foreach ((int kernel, int stride) in ((int, int)[])
                [(2, 2), (3, 2), (3, 1), (5, 2), (4, 3), (1, 2), (2, 3), (2, 1), (4, 1)])
                data.Add(side, kernel, stride);
        return data;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void MaxPoolSame_Square_AgreesWithTheDefinition(int side, int kernel, int stride) => Check(side, side, kernel, stride);

    [Theory]
    [InlineData(5, 8, 3, 2)]
    [InlineData(8, 5, 3, 2)]
    [InlineData(7, 10, 2, 2)]
    [InlineData(9, 8, 2, 5)]
    [InlineData(6, 13, 5, 4)]
    public void MaxPoolSame_Oblong_AgreesWithTheDefinition(int rows, int columns, int kernel, int stride) =>
        Check(rows, columns, kernel, stride);

    private static void Check(int rows, int columns, int kernel, int stride)
    {
        using DisposeScope scope = NewDisposeScope();
        // All below zero: padding by zeros instead of minus infinity would show.
        double[] data = Array.ConvertAll(Numbers.Of(rows * 31 + columns, 2 * rows * columns), v => v - 2);
        Tensor x = Numbers.Tensor(Array.ConvertAll(data, v => (float)v), 1, 2, rows, columns);
        foreach (Tensor laidOut in (Tensor[])[x, x.ChannelsLast()])
        {
            Tensor leaf = laidOut.detach().requires_grad_();
            Tensor y = Operations.MaxPoolSame(leaf, kernel, stride);
            double[] gradient = Gradients.Of([y.sum()], [leaf])[0].Values();
            (double[] expected, double[] winners) = Reference(x.Values(), rows, columns, kernel, stride);
            Assert.Equal(expected, y.Values());
            Assert.Equal(winners, gradient);
            Assert.Equal(TensorMemory.IsChannelsLast(laidOut), TensorMemory.IsChannelsLast(y));
        }
    }

    private static (double[] Y, double[] Winners) Reference(double[] x, int rows, int columns, int kernel, int stride)
    {
        int top = SamePadding.Of(rows, kernel, stride).Before, left = SamePadding.Of(columns, kernel, stride).Before;
        var y = new List<double>();
        double[] winners = new double[x.Length];
        for (int c = 0; c < 2; c++)
            for (int row = 0; row < SamePadding.OutputSize(rows, stride); row++)
                for (int column = 0; column < SamePadding.OutputSize(columns, stride); column++)
                {
                    int best = -1;
                    for (int r = Math.Max(0, row * stride - top); r < Math.Min(rows, row * stride - top + kernel); r++)
                        for (int k = Math.Max(0, column * stride - left); k < Math.Min(columns,
                            column * stride - left + kernel); k++)
                        {
                            int at = (c * rows + r) * columns + k;
                            if (best < 0 || x[at] > x[best])
                                best = at;
                        }
                    y.Add(x[best]);
                    winners[best]++;
                }
        return ([.. y], winners);
    }
}
