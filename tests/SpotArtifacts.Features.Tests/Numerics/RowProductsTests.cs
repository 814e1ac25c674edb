using SpotArtifacts.Features.Numerics;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Numerics;

public class RowProductsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(37)] // four vectors at a time, single ones, and numbers left over
    [InlineData(150)]
    public void Add_AnyLength_AddsTheRowTimesItsProduct(int length)
    {
        SeededRandom random = new((ulong)length);
        float[] row = new float[length], vector = new float[length], target = new float[length];
        for (int i = 0; i < length; i++)
            (row[i], vector[i], target[i]) = ((float)random.NextDouble(-1, 1), (float)random.NextDouble(-1, 1), i);
        double product = row.Zip(vector, (a, b) => (double)a * b).Sum();

        RowProducts.Add(row, vector, -2, target);

        for (int i = 0; i < length; i++)
            Assert.Equal(i - 2 * product * row[i], target[i], 1e-5 * length);
    }

    [Fact]
    public void Add_OntoTheVectorItself_TakesTheProductFirst()
    {
        float[] row = [0.6f, 0.8f], vector = [1, 2];

        RowProducts.Add(row, vector, -1, vector);

        Assert.Equal(0, 0.6 * vector[0] + 0.8 * vector[1], 1e-6); // nothing is left along the row
    }

    [Fact]
    public void Add_OtherLengths_AreRefused() =>
        Assert.Throws<ArgumentException>(() => RowProducts.Add([1], [1, 2], 1, new float[1]));
}
