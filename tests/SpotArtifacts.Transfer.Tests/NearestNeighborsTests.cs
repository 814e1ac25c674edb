using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Tests;

public sealed class NearestNeighborsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(200)] // more than there are
    public void Top1_RandomLabels_AgreesWithBruteForce(int neighbors)
    {
        using FeatureBank train = ToyBank.Shuffled(90, 1), test = ToyBank.Shuffled(60, 2);
        var subject = new NearestNeighbors(neighbors);

        Assert.Equal(ByHand(train, test, subject), subject.Top1(train, test, ToyBank.Classes, Stop), 1e-12);
    }

    [Fact]
    public void Top1_SeparableClasses_ClassifiesAll()
    {
        using FeatureBank train = ToyBank.Separable(200, 1), test = ToyBank.Separable(600, 2);

        Assert.Equal(1, new NearestNeighbors().Top1(train, test, ToyBank.Classes, Stop));
    }

    [Fact]
    public void Top1_Banks_StayAsTheyAre()
    {
        using FeatureBank train = ToyBank.Separable(20, 1), test = ToyBank.Separable(5, 2);
        float[] before = train.Rows.ToArray<float>();

        new NearestNeighbors().Top1(train, test, ToyBank.Classes, Stop);

        Assert.Equal(before, train.Rows.ToArray<float>());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(50)] // more than there are
    public void Find_Queries_GivesTheClosestFirst(int neighbors)
    {
        using FeatureBank gallery = ToyBank.Separable(30, 1), queries = ToyBank.Separable(4, 2);

        long[] found = new NearestNeighbors(neighbors).Find(gallery.Rows, queries.Rows, Stop);

        double[][] similarities = Similarities(gallery, queries);
        int count = Math.Min(neighbors, 30);
        for (int q = 0; q < 4; q++)
            Assert.Equal(Enumerable.Range(0, 30).OrderByDescending(i => similarities[q][i]).Take(count).Select(i => (long)i),
                found[(q * count)..((q + 1) * count)]);
    }

    [Fact]
    public void Find_RowsOfTheGallery_FindThemselves()
    {
        using FeatureBank gallery = ToyBank.Separable(30, 1);

        Assert.Equal(
            Enumerable.Range(0, 30).Select(i => (long)i), new NearestNeighbors(1).Find(gallery.Rows, gallery.Rows, Stop));
    }

    private static double ByHand(FeatureBank train, FeatureBank test, NearestNeighbors options)
    {
        double[][] similarities = Similarities(train, test);
        int right = 0;
        for (int q = 0; q < test.Labels.Length; q++)
        {
            double[] votes = new double[ToyBank.Classes];
            foreach (int i in Enumerable.Range(0, train.Labels.Length).OrderByDescending(i => similarities[q][i])
                .Take(options.Neighbors))
                votes[train.Labels[i]] += Math.Exp(similarities[q][i] / options.Temperature);
            if (Array.IndexOf(votes, votes.Max()) == test.Labels[q])
                right++;
        }
        return right / (double)test.Labels.Length;
    }

    // Cosines after the gallery's mean has been taken off both.
    private static double[][] Similarities(FeatureBank train, FeatureBank test)
    {
        double[][] gallery = Rows(train.Rows), queries = Rows(test.Rows);
        double[] mean = [.. Enumerable.Range(0, gallery[0].Length).Select(d => gallery.Average(row => row[d]))];
        return [.. queries.Select(q => gallery.Select(g => Cosine(q, g, mean)).ToArray())];
    }

    private static double Cosine(double[] a, double[] b, double[] mean)
    {
        double product = 0, lengthA = 0, lengthB = 0;
        for (int d = 0; d < a.Length; d++)
        {
            (double x, double y) = (a[d] - mean[d], b[d] - mean[d]);
            (product, lengthA, lengthB) = (product + x * y, lengthA + x * x, lengthB + y * y);
        }
        return product / Math.Sqrt(lengthA * lengthB);
    }

    private static double[][] Rows(Tensor rows) =>
        [.. rows.ToArray<float>().Select(v => (double)v).Chunk((int)rows.shape[1])];
}
