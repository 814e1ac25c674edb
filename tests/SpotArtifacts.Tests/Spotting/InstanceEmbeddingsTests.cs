using SpotArtifacts.Engine;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Spotting;

public sealed class InstanceEmbeddingsTests
{
    private const int Width = 5;

    [Theory]
    [InlineData(1, 4)]
    [InlineData(4, 2)]
    [InlineData(4, 6)]
    [InlineData(3, 10)]
    public void Loss_RandomEmbeddings_IsThatOfTheDefinition(int turns, int images)
    {
        using DisposeScope scope = NewDisposeScope();
        for (ulong seed = 1; seed <= 20; seed++)
        {
            using Generator random = new(seed);
            Tensor values = Operations.Normal(random, CPU, turns * images, Width);
            double temperature = 0.05 + 0.1 * (seed % 10);

            double loss = new InstanceEmbeddings(values, turns).Loss(temperature).item<float>();

            double expected = Defined(values.ToArray<float>(), turns * images, images, temperature);
            Assert.InRange(Math.Abs(loss - expected) / Math.Max(1, expected), 0, 2e-5);
        }
    }

    [Fact]
    public void Loss_LikeEmbeddingsOfEachImage_IsLowerThanOfAnything()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] axes = new float[8 * Width];
        for (int i = 0; i < 8; i++)
            axes[i * Width + i % 4 / InstanceEmbeddings.Views] = 1 + i; // two turns of two images in two views each

        double alike = Of(axes).Loss(0.1).item<float>(), uniform = Of(Enumerable.Repeat(1f, 8 * Width)).Loss(0.1).item<float>();

        // Each finds its three likes among seven: one in three at best, one in seven where all are alike.
        Assert.Equal(Math.Log(3), alike, 1e-3);
        Assert.Equal(Math.Log(7), uniform, 1e-4);
        static InstanceEmbeddings Of(IEnumerable<float> values) => new(TensorData.From<float>([.. values], 8, Width), turns: 2);
    }

    [Fact]
    public void Loss_LongerEmbeddings_IsTheSame()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator random = new(3);
        Tensor values = Operations.Normal(random, CPU, 16, Width), zeros = values.zeros_like();

        Assert.Equal(new InstanceEmbeddings(values, 4).Loss(0.2).item<float>(),
            new InstanceEmbeddings(values.Times(1e3), 4).Loss(0.2).item<float>(), 1e-4);
        Assert.Equal(Math.Log(15), new InstanceEmbeddings(zeros, 4).Loss(0.2).item<float>(), 1e-4); // no length, no direction
    }

    private static double Defined(float[] values, int count, int images, double temperature)
    {
        double Cosine(int a, int b)
        {
            double dot = 0, first = 0, second = 0;
            for (int k = 0; k < Width; k++)
            {
                double x = values[a * Width + k], y = values[b * Width + k];
                (dot, first, second) = (dot + x * y, first + x * x, second + y * y);
            }
            return dot / Math.Sqrt(first * second);
        }
        int Image(int i) => i % images / InstanceEmbeddings.Views;
        double sum = 0;
        int pairs = 0;
        for (int i = 0; i < count; i++)
        {
            int[] others = [.. Enumerable.Range(0, count).Where(j => j != i)];
            double all = Math.Log(others.Sum(j => Math.Exp(Cosine(i, j) / temperature)));
            foreach (int like in others.Where(j => Image(j) == Image(i)))
                (sum, pairs) = (sum + all - Cosine(i, like) / temperature, pairs + 1);
        }
        return sum / pairs;
    }
}
