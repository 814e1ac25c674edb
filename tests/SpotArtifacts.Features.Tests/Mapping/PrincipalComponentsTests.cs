using SpotArtifacts.Features.Mapping;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Mapping;

public class PrincipalComponentsTests
{
    [Fact]
    public void Project_StretchedCloud_FindsItsAxesInOrder()
    {
        float[] values = Cloud(500, [1, 9, 3], seed: 1);

        float[] plane = PrincipalComponents.Project(values, 3, 2);

        double mean1 = Enumerable.Range(0, 500).Average(i => (double)values[3 * i + 1]),
            mean2 = Enumerable.Range(0, 500).Average(i => (double)values[3 * i + 2]);
        for (int i = 0; i < 500; i += 50)
        {
            Assert.Equal(values[3 * i + 1] - mean1, plane[2 * i], 0.8);
            Assert.Equal(values[3 * i + 2] - mean2, plane[2 * i + 1], 0.8);
        }
    }

    [Theory]
    [InlineData(60, 40, 10)]
    [InlineData(30, 90, 10)] // fewer rows than numbers
    [InlineData(200, 8, 8)]
    public void Project_AnyCloud_HasTheCovariancesEigenvalues(int count, int dimensions, int k)
    {
        float[] values = Cloud(count, [.. Enumerable.Range(0, dimensions).Select(i => 10 * Math.Pow(0.9, i))], seed: 2);

        float[] projected = PrincipalComponents.Project(values, dimensions, k);

        double[] expected = [.. Jacobi(Covariance(values, dimensions)).OrderDescending().Take(k)],
            variances = Variances(projected, k);
        for (int i = 0; i < k; i++)
            Assert.Equal(expected[i], variances[i], 1e-4 * expected[0]);
        for (int a = 0; a < k; a++)
            for (int b = 0; b < a; b++)
                Assert.Equal(0, Enumerable.Range(0, count).Average(i => (double)projected[i * k + a] * projected[i * k + b]),
                    1e-3 * expected[0]);
    }

    [Fact]
    public void Project_EqualAxes_FindsAllOfThem()
    {
        // A covariance of one value three times over: the method's first path ends after one step.
        float[] values = [2, 0, 0, -2, 0, 0, 0, 2, 0, 0, -2, 0, 0, 0, 2, 0, 0, -2];

        float[] projected = PrincipalComponents.Project(values, 3, 3);

        Assert.All(Variances(projected, 3), variance => Assert.Equal(4 / 3.0, variance, 1e-4));
    }

    [Fact]
    public void Project_EqualRows_IsNothing() =>
        Assert.All(PrincipalComponents.Project([1, 2, 1, 2, 1, 2], 2, 2), value => Assert.Equal(0, value));

    [Fact]
    public void Project_Components_AreTurnedToThePositive()
    {
        float[] values = Cloud(50, [1, 5], seed: 3), mirrored = [.. values.Select(value => -value)];

        float[] one = PrincipalComponents.Project(values, 2, 1), other = PrincipalComponents.Project(mirrored, 2, 1);

        for (int i = 0; i < one.Length; i++)
            Assert.Equal(one[i], -other[i], 1e-4);
    }

    private static float[] Cloud(int count, double[] radii, ulong seed)
    {
        SeededRandom random = new(seed);
        float[] values = new float[count * radii.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)random.NextDouble(-radii[i % radii.Length], radii[i % radii.Length]);
        return values;
    }

    private static double[] Variances(float[] projected, int k)
    {
        int count = projected.Length / k;
        return [.. Enumerable.Range(0, k).Select(component =>
            Enumerable.Range(0, count).Average(i => Math.Pow(projected[i * k + component], 2)))];
    }

    private static double[,] Covariance(float[] values, int dimensions)
    {
        int count = values.Length / dimensions;
        double[] mean =
            [.. Enumerable.Range(0, dimensions).Select(d =>
                Enumerable.Range(0, count).Average(i => (double)values[i * dimensions + d]))];
        var covariance = new double[dimensions, dimensions];
        for (int a = 0; a < dimensions; a++)
            for (int b = 0; b < dimensions; b++)
                covariance[a, b] = Enumerable.Range(0, count).Average(i =>
                    (values[i * dimensions + a] - mean[a]) * (values[i * dimensions + b] - mean[b]));
        return covariance;
    }

    // Eigenvalues by rotations that make each entry beside the diagonal nought in turn: slow, and hard to get wrong.
    private static double[] Jacobi(double[,] a)
    {
        int n = a.GetLength(0);
        for (int sweep = 0; sweep < 30; sweep++)
            for (int p = 0; p < n; p++)
                for (int q = p + 1; q < n; q++)
                {
                    if (Math.Abs(a[p, q]) < 1e-14)
                        continue;
                    double angle = 0.5 * Math.Atan2(2 * a[p, q], a[q, q] - a[p, p]), c = Math.Cos(angle), s = Math.Sin(angle);
                    for (int i = 0; i < n; i++)
                        (a[i, p], a[i, q]) = (c * a[i, p] - s * a[i, q], s * a[i, p] + c * a[i, q]);
                    for (int i = 0; i < n; i++)
                        (a[p, i], a[q, i]) = (c * a[p, i] - s * a[q, i], s * a[p, i] + c * a[q, i]);
                }
        return [.. Enumerable.Range(0, n).Select(i => a[i, i])];
    }
}
