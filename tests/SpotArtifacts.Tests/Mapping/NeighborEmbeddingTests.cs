using SpotArtifacts.Images;
using SpotArtifacts.Mapping;
using SpotArtifacts.Torch;

namespace SpotArtifacts.Tests.Mapping;

public sealed class NeighborEmbeddingTests : IDisposable
{
    private readonly TensorScope _scope = new();
    private readonly GradMode _off = Autograd.Disable();

    [Fact]
    public void Affinities_Rows_AreSymmetricSumToOneAndHaveTheAskedPerplexity()
    {
        Tensor rows = Groups(40, 1, spread: 1);

        float[] affinities = NeighborEmbedding.Affinities(rows, 10, TestContext.Current.CancellationToken).ToArray<float>();

        Assert.Equal(1, affinities.Sum(p => (double)p), 1e-4);
        for (int i = 0; i < 40; i++)
        {
            Assert.Equal(0, affinities[41 * i]);
            for (int j = 0; j < i; j++) Assert.Equal(affinities[40 * i + j], affinities[40 * j + i], 1e-9);
        }
    }

    [Fact]
    public void Embed_ThreeGroups_KeepsNeighboursTogether()
    {
        Tensor rows = Groups(30, 3, spread: 8);

        float[] places = NeighborEmbedding.Embed(rows, new NeighborEmbeddingOptions { Perplexity = 8, Steps = 500 }, null, TestContext.Current.CancellationToken);

        int together = 0;
        for (int i = 0; i < 90; i++)
        {
            int nearest = Enumerable.Range(0, 90).Where(j => j != i).MinBy(j => Square(places[2 * i] - places[2 * j]) + Square(places[2 * i + 1] - places[2 * j + 1]));
            if (i / 30 == nearest / 30) together++;
        }
        Assert.InRange(together, 86, 90); // by chance 29
    }

    [Fact]
    public void Embed_SameRows_GivesTheSameMap()
    {
        Tensor rows = Groups(20, 2, spread: 3);
        NeighborEmbeddingOptions options = new() { Perplexity = 5, Steps = 60 };

        Assert.Equal(NeighborEmbedding.Embed(rows, options, null, TestContext.Current.CancellationToken), NeighborEmbedding.Embed(rows, options, null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Embed_EqualRows_StaysFinite()
    {
        float[] places = NeighborEmbedding.Embed(Tensor.Full(1, "cpu", 12, 4), new NeighborEmbeddingOptions { Steps = 30 }, null, TestContext.Current.CancellationToken);

        Assert.All(places, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Project_StretchedCloud_FindsItsAxesInOrder()
    {
        SeededRandom random = new(1);
        float[] values = new float[3 * 500];
        for (int i = 0; i < values.Length; i += 3)
            (values[i], values[i + 1], values[i + 2]) = ((float)random.NextDouble(-1, 1), (float)random.NextDouble(-9, 9), (float)random.NextDouble(-3, 3));

        float[] plane = PrincipalComponents.Project(Tensor.From<float>(values, 500, 3), 2).ToArray<float>();

        double mean1 = Enumerable.Range(0, 500).Average(i => (double)values[3 * i + 1]), mean2 = Enumerable.Range(0, 500).Average(i => (double)values[3 * i + 2]);
        for (int i = 0; i < 500; i += 50)
        {
            Assert.Equal(values[3 * i + 1] - mean1, plane[2 * i], 0.8);
            Assert.Equal(values[3 * i + 2] - mean2, plane[2 * i + 1], 0.8);
        }
    }

    [Fact]
    public void Project_TooManyNumbers_SaysTheMost() =>
        Assert.Contains("4096", Assert.Throws<SpotException>(() => PrincipalComponents.Project(Tensor.Full(0, "cpu", 2, 5000), 2)).Message, StringComparison.Ordinal);

    public void Dispose()
    {
        _off.Dispose();
        _scope.Dispose();
    }

    private static double Square(double value) => value * value;

    // Each group around a corner of its own.
    private static Tensor Groups(int size, int groups, double spread)
    {
        SeededRandom random = new(7);
        float[] values = new float[size * groups * 5];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(random.NextDouble(-1, 1) + (i % 5 == i / 5 / size ? spread : 0));
        return Tensor.From<float>(values.AsSpan(), size * groups, 5);
    }
}
