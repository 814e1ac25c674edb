using SpotArtifacts.Features.Mapping;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Mapping;

public class NeighborEmbeddingTests
{
    private const int Dimensions = 5;

    [Fact]
    public void Affinities_Rows_AreSymmetricSumToOneAndHaveTheAskedPerplexity()
    {
        float[] rows = Groups(40, 1, spread: 1);

        float[] affinities = NeighborAffinities.Compute(rows, Dimensions, 10, TestContext.Current.CancellationToken);

        Assert.Equal(1, affinities.Sum(p => (double)p), 1e-4);
        for (int i = 0; i < 40; i++)
        {
            Assert.Equal(0, affinities[41 * i]);
            for (int j = 0; j < i; j++)
                Assert.Equal(affinities[40 * i + j], affinities[40 * j + i]);
        }
        double[] expected = Affinities(rows, 10);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], affinities[i], 1e-6);
    }

    [Fact]
    public void Affinities_MoreRowsThanATile_AreSymmetric()
    {
        float[] affinities = NeighborAffinities.Compute(
            Groups(75, 2, spread: 2), Dimensions, 20, TestContext.Current.CancellationToken);

        Assert.Equal(1, affinities.Sum(p => (double)p), 1e-4);
        for (int i = 0; i < 150; i++)
            for (int j = 0; j < i; j++)
                Assert.Equal(affinities[150 * i + j], affinities[150 * j + i]);
    }

    [Fact]
    public void Affinities_PointFarFromAllOthers_HasItsNeighboursToo()
    {
        float[] rows = Groups(40, 1, spread: 1);
        rows.AsSpan(0, Dimensions).Fill(30); // some 6,000 away from the others, which differ by a few hundred from there

        float[] affinities = NeighborAffinities.Compute(rows, Dimensions, 5, TestContext.Current.CancellationToken);

        Assert.InRange(affinities.Take(40).Sum(p => (double)p), 0.5 / 40, 1); // its own half; the others hardly count it
    }

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    public void Gradient_Places_IsThatOfTheDivergence(float exaggeration)
    {
        const int count = 21; // more than a vector's width, and not a multiple of it
        float[] affinities = NeighborAffinities.Compute(
            Groups(7, 3, spread: 2), Dimensions, 5, TestContext.Current.CancellationToken);
        SeededRandom random = new(3);
        float[] places = new float[2 * count];
        for (int i = 0; i < places.Length; i++)
            places[i] = (float)random.NextDouble(-3, 3);

        float[] gradient = NeighborEmbedding.Gradient(affinities, places, exaggeration);

        for (int i = 0; i < places.Length; i++)
        {
            double Slope(double step) => Divergence(affinities, Moved(places, i, step), exaggeration);
            Assert.Equal((Slope(1e-4) - Slope(-1e-4)) / 2e-4, gradient[i], 1e-4);
        }
    }

    [Fact]
    public void Embed_ThreeGroups_KeepsNeighboursTogether()
    {
        NeighborEmbeddingOptions options = new() { Perplexity = 8, Steps = 500 };

        float[] places = NeighborEmbedding.Embed(
            Groups(30, 3, spread: 8), Dimensions, options, null, TestContext.Current.CancellationToken);

        int together = 0;
        for (int i = 0; i < 90; i++)
        {
            double Distance(int j) => Square(places[2 * i] - places[2 * j]) + Square(places[2 * i + 1] - places[2 * j + 1]);
            int nearest = Enumerable.Range(0, 90).Where(j => j != i).MinBy(Distance);
            if (i / 30 == nearest / 30)
                together++;
        }
        Assert.InRange(together, 86, 90); // by chance 29
    }

    [Fact]
    public void Embed_SameRows_GivesTheSameMap()
    {
        float[] rows = Groups(20, 2, spread: 3);
        NeighborEmbeddingOptions options = new() { Perplexity = 5, Steps = 60 };

        float[] Map() => NeighborEmbedding.Embed(rows, Dimensions, options, null, TestContext.Current.CancellationToken);

        Assert.Equal(Map(), Map());
    }

    [Fact]
    public void Embed_EqualRows_StaysFinite()
    {
        float[] rows = new float[12 * 4];
        Array.Fill(rows, 1);

        float[] places = NeighborEmbedding.Embed(
            rows, 4, new NeighborEmbeddingOptions { Steps = 30 }, null, TestContext.Current.CancellationToken);

        Assert.All(places, value => Assert.True(float.IsFinite(value)));
    }

    private static double Square(double value) => value * value;

    private static double[] Moved(float[] places, int at, double step)
    {
        double[] moved = [.. places.Select(place => (double)place)];
        moved[at] += step;
        return moved;
    }

    // sum p log(p / q), with q from Student's distribution over all pairs; exaggeration counts p's part so many times.
    private static double Divergence(float[] affinities, double[] y, double exaggeration)
    {
        int count = y.Length / 2;
        double Closeness(int i, int j) => 1 / (1 + Square(y[2 * i] - y[2 * j]) + Square(y[2 * i + 1] - y[2 * j + 1]));
        (int I, int J)[] pairs =
            [.. Enumerable.Range(0, count * count).Select(n => (n / count, n % count)).Where(pair => pair.Item1 != pair.Item2)];
        double sum = pairs.Sum(pair => Closeness(pair.I, pair.J));
        return -pairs.Sum(pair => exaggeration * affinities[pair.I * count + pair.J] * Math.Log(Closeness(pair.I, pair.J)))
            + Math.Log(sum);
    }

    // The definition, in double, each row's bandwidth bisected to the end.
    private static double[] Affinities(float[] rows, double perplexity)
    {
        int count = rows.Length / Dimensions;
        double Distance(int i, int j) =>
            Enumerable.Range(0, Dimensions).Sum(d => Square((double)rows[i * Dimensions + d] - rows[j * Dimensions + d]));
        double[] conditional = new double[count * count];
        for (int i = 0; i < count; i++)
        {
            double low = 0, high = 1e6;
            double[] Weights(double beta)
            {
                double[] weights = [.. Enumerable.Range(0, count).Select(j => j == i ? 0 : Math.Exp(-beta * Distance(i, j)))];
                return [.. weights.Select(w => w / weights.Sum())];
            }
            for (int round = 0; round < 200; round++)
            {
                double entropy = -Weights((low + high) / 2).Where(w => w > 0).Sum(w => w * Math.Log(w));
                if (entropy > Math.Log(perplexity))
                    low = (low + high) / 2;
                else
                    high = (low + high) / 2;
            }
            Weights(low).CopyTo(conditional, i * count);
        }
        return [.. Enumerable.Range(0, count * count).Select(n =>
            (conditional[n] + conditional[n % count * count + n / count]) / (2 * count))];
    }

    // Each group around a corner of its own.
    private static float[] Groups(int size, int groups, double spread)
    {
        SeededRandom random = new(7);
        float[] values = new float[size * groups * Dimensions];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(random.NextDouble(-1, 1) + (i % Dimensions == i / Dimensions / size ? spread : 0));
        return values;
    }
}
