using SpotArtifacts.Engine;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Spotting;

public sealed class InstanceMemoryTests
{
    private const int Width = 5;

    [Theory]
    [InlineData(3, 2)]
    [InlineData(7, 3)]
    [InlineData(40, 8)]
    [InlineData(300, 5)]
    public void Loss_StepsOverASet_IsThatOfTheDefinition(int images, int batch)
    {
        using DisposeScope scope = NewDisposeScope();
        for (ulong seed = 1; seed <= 10; seed++)
        {
            using Generator random = new(seed);
            using InstanceMemory memory = new(images, Width, CPU);
            double[]?[] remembered = new double[images][];
            double temperature = 0.05 + 0.1 * (seed % 10);
            for (int step = 0; step < 12; step++)
            {
                int[] shown = [.. randperm(images, ScalarType.Int64, CPU, generator: random).ToArray<long>().Take(batch + 1)
                    .Select(i => (int)i)];
                memory.Shown = shown;
                Tensor values = Operations.Normal(random, CPU, 4 * batch, Width);
                // All but the first of the batch are asked.
                long[] places = [.. Enumerable.Range(1, Math.Min(batch, shown.Length - 1)).Select(i => (long)i)];
                values = values.narrow(0, 0, 4 * places.Length);

                double loss = memory.Loss(values, places, temperature, random).item<float>();
                memory.Remember();

                double expected = Defined(remembered, values.ToArray<float>(), [.. places.Select(p => shown[p])], temperature);
                Assert.InRange(Math.Abs(loss - expected) / Math.Max(1, expected), 0, 5e-5);
                float[] rows = memory.Rows.ToArray<float>();
                for (int i = 0; i < images; i++)
                    for (int k = 0; k < Width; k++)
                        Assert.Equal(remembered[i]?[k] ?? 0, rows[i * Width + k], 1e-4);
            }
        }
    }

    [Fact]
    public void Loss_NothingRemembered_IsZeroAndTeachesNothing()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator random = new(1);
        using InstanceMemory memory = new(10, Width, CPU) { Shown = [3, 4, 5] };
        Tensor values = Operations.Normal(random, CPU, 12, Width).requires_grad_(true);

        Tensor loss = memory.Loss(values, [0, 1, 2], 0.1, random);

        Assert.Equal(0, loss.item<float>());
        Assert.All(Gradients.Of([loss], [values])[0].ToArray<float>(), gradient => Assert.Equal(0, gradient));
    }

    [Fact]
    public void Loss_MoreImagesThanAreCompared_DrawsSomeAndNeverTheImageItself()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator random = new(1);
        const int images = 40, compared = 16;
        // All remembered alike: each is to be found among those drawn, without itself, and itself.
        using InstanceMemory memory = new(images, Width, CPU, compared) { Shown = [.. Enumerable.Range(0, images)] };
        long[] all = [.. Enumerable.Range(0, images).Select(i => (long)i)];
        memory.Loss(ones([4 * images, Width]), all, 1, random);
        memory.Remember();
        HashSet<int> found = [];

        for (int step = 0; step < 50; step++)
        {
            double among = Math.Exp(memory.Loss(ones([4, Width]), [7], 0.1, random).item<float>());
            Assert.Equal(Math.Round(among), among, 1e-3);
            found.Add((int)Math.Round(among));
        }

        // It was drawn itself in some steps, and then is not one of the others.
        Assert.Contains(compared + 1, found);
        Assert.Contains(compared, found);
        Assert.All(found, among => Assert.InRange(among, 2, compared + 1));
    }

    // What a batch costs, by the definition; takes the batch in.
    private static double Defined(double[]?[] remembered, float[] values, int[] images, double temperature)
    {
        double sum = 0;
        int asked = 0;
        List<(int Image, double[] Direction)> seen = [];
        for (int i = 0; i < images.Length; i++)
        {
            double[] mean = new double[Width];
            for (int turn = 0; turn < 4; turn++)
            {
                int start = (turn * images.Length + i) * Width;
                double[] unit = Unit([.. values[start..(start + Width)].Select(value => (double)value)]);
                for (int k = 0; k < Width; k++)
                    mean[k] += unit[k] / 4;
            }
            double[] direction = Unit(mean);
            seen.Add((images[i], direction));
            if (remembered[images[i]] is not { } own)
                continue;
            double all = remembered.Sum(row => row is null ? 0 : Math.Exp(Dot(row, direction) / temperature));
            sum += Math.Log(all) - Dot(own, direction) / temperature;
            asked++;
        }
        foreach ((int image, double[] direction) in seen)
            remembered[image] = Unit([.. direction.Select((value, k) => value + (remembered[image]?[k] ?? 0))]);
        return asked == 0 ? 0 : sum / asked;
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static double[] Unit(double[] x) => [.. x.Select(value => value / Math.Sqrt(Dot(x, x)))];
}
