namespace SpotArtifacts.Images.Tests;

public class SeededRandomTests
{
    [Fact]
    public void NextUInt64_SeedZero_GivesThePublishedSequence()
    {
        SeededRandom random = new(0);
        Assert.Equal([0xE220A8397B1DCDAFul, 0x6E789E6AA1B965F4ul, 0x06C45D188009454Ful],
            [random.NextUInt64(), random.NextUInt64(), random.NextUInt64()]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public void NextInt_AnyBound_StaysBelowItAndIsBalanced(int n)
    {
        SeededRandom random = new(5);
        double sum = 0;
        for (int i = 0; i < 20_000; i++)
        {
            int value = random.NextInt(n);
            Assert.InRange(value, 0, n - 1);
            sum += value;
        }
        Assert.Equal((n - 1) / 2.0, sum / 20_000, n * 0.01);
    }

    [Fact]
    public void NextDouble_Many_IsUniform()
    {
        SeededRandom random = new(1);
        int[] bins = new int[10];
        for (int i = 0; i < 100_000; i++)
            bins[(int)(random.NextDouble() * 10)]++;
        Assert.All(bins, count => Assert.InRange(count, 9500, 10500));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Permutation_AnyLength_HoldsEachNumberOnce(int n)
    {
        Assert.Equal(Enumerable.Range(0, n), SeededRandom.Permutation(n, 3).Order());
        Assert.Equal(SeededRandom.Permutation(n, 3), SeededRandom.Permutation(n, 3));
    }

    [Fact]
    public void Permutation_OfThree_TakesAllSixOrdersEquallyOften()
    {
        var counts = Enumerable.Range(0, 6000).Select(seed => string.Join("", SeededRandom.Permutation(3, (ulong)seed)))
            .CountBy(order => order).ToList();
        Assert.Equal(6, counts.Count);
        Assert.All(counts, count => Assert.InRange(count.Value, 850, 1150));
    }

    [Fact]
    public void Mix_NeighbouringNumbers_GiveUnrelatedSeeds()
    {
        HashSet<ulong> seeds = [];
        for (ulong seed = 0; seed < 100; seed++)
            for (ulong stream = 0; stream < 100; stream++)
                Assert.True(seeds.Add(SeededRandom.Mix(seed, stream)));
        Assert.NotEqual(SeededRandom.Mix(1, 2), SeededRandom.Mix(2, 1));
    }

    [Fact]
    public void NextInt_NoBound_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new SeededRandom(0).NextInt(0));
}
