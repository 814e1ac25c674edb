using SpotArtifacts.Engine;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Spotting;

public sealed class InstanceEmbeddingsTests
{
    private const int Width = 5;

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(24)]
    [InlineData(30)]
    public void Loss_RandomEmbeddings_IsThatOfTheDefinition(int count)
    {
        using DisposeScope scope = NewDisposeScope();
        for (ulong seed = 1; seed <= 20; seed++)
        {
            using Generator random = new(seed);
            Tensor values = Operations.Normal(random, CPU, count, Width);
            double temperature = 0.05 + 0.1 * (seed % 10);

            double loss = new InstanceEmbeddings(values).Loss(temperature).item<float>();

            double expected = Defined(values.ToArray<float>(), count, temperature);
            Assert.InRange(Math.Abs(loss - expected) / Math.Max(1, expected), 0, 2e-5);
        }
    }

    [Fact]
    public void Loss_LikeEmbeddingsOfEachImage_IsLowerThanOfAnything()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] axes = new float[8 * Width];
        for (int i = 0; i < 8; i++)
            axes[i * Width + i / InstanceEmbeddings.Views] = 1 + i; // four images in two views each

        double alike = Of(axes).Loss(0.1).item<float>(), uniform = Of(Enumerable.Repeat(1f, 8 * Width)).Loss(0.1).item<float>();

        // Each finds its like among seven: for certain at best, one in seven where all are alike.
        Assert.Equal(0, alike, 1e-3);
        Assert.Equal(Math.Log(7), uniform, 1e-4);
        static InstanceEmbeddings Of(IEnumerable<float> values) => new(TensorData.From<float>([.. values], 8, Width));
    }

    [Fact]
    public void Loss_LongerEmbeddings_IsTheSame()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator random = new(3);
        Tensor values = Operations.Normal(random, CPU, 16, Width), zeros = values.zeros_like();

        Assert.Equal(new InstanceEmbeddings(values).Loss(0.2).item<float>(),
            new InstanceEmbeddings(values.Times(1e3)).Loss(0.2).item<float>(), 1e-4);
        Assert.Equal(Math.Log(15), new InstanceEmbeddings(zeros).Loss(0.2).item<float>(), 1e-4); // no length, no direction
    }

    private static double Defined(float[] values, int count, double temperature)
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
        double sum = 0;
        int pairs = 0;
        for (int i = 0; i < count; i++)
        {
            int[] others = [.. Enumerable.Range(0, count).Where(j => j != i)];
            double all = Math.Log(others.Sum(j => Math.Exp(Cosine(i, j) / temperature)));
            foreach (int like in others.Where(j => j / InstanceEmbeddings.Views == i / InstanceEmbeddings.Views))
                (sum, pairs) = (sum + all - Cosine(i, like) / temperature, pairs + 1);
        }
        return sum / pairs;
    }
}
