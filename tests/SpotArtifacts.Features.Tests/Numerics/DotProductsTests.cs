using SpotArtifacts.Features.Numerics;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Numerics;

public class DotProductsTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 7)]
    [InlineData(4, 4, 16)]
    [InlineData(4, 4, 8)] // narrower than the widest registers
    [InlineData(6, 9, 24)]
    [InlineData(67, 13, 33)] // more queries than are taken at once
    [InlineData(130, 6, 50)]
    [InlineData(5, 7, 1024)]
    [InlineData(0, 7, 3)]
    [InlineData(3, 0, 3)]
    public void Compute_AnySizes_AreTheSumsOfProducts(int queries, int rows, int dimensions)
    {
        float[] a = Numbers(queries * dimensions, 1), b = Numbers(rows * dimensions, 2), products = new float[queries * rows];

        DotProducts.Compute(a, b, dimensions, products);

        for (int i = 0; i < queries; i++)
            for (int j = 0; j < rows; j++)
            {
                double expected = Enumerable.Range(0, dimensions).Sum(d => (double)a[i * dimensions + d] * b[j * dimensions + d]);
                Assert.Equal(expected, products[i * rows + j], 1e-5 * Math.Sqrt(dimensions));
            }
    }

    [Theory]
    [InlineData(7, 8, 4, 2)]
    [InlineData(8, 8, 4, 3)]
    public void Compute_LengthsThatDoNotFit_AreRefused(int queries, int rows, int dimensions, int products) =>
        Assert.Throws<ArgumentException>(() =>
            DotProducts.Compute(new float[queries], new float[rows], dimensions, new float[products]));

    private static float[] Numbers(int count, ulong seed)
    {
        SeededRandom random = new(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++)
            numbers[i] = (float)random.NextDouble(-1, 1);
        return numbers;
    }
}
