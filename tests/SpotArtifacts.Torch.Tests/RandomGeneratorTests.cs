namespace SpotArtifacts.Torch.Tests;

public class RandomGeneratorTests
{
    [Fact]
    public void Draws_SameSeed_AreTheSame() => Assert.Equal(Draw(new RandomGenerator(5)), Draw(new RandomGenerator(5)));

    [Fact]
    public void Draws_OtherSeed_AreOthers() => Assert.NotEqual(Draw(new RandomGenerator(5)), Draw(new RandomGenerator(6)));

    // 5 normals are drawn one by one, 64 in vectors of 16; both keep something between calls.
    [Theory]
    [InlineData(5)]
    [InlineData(64)]
    public void SetState_SavedMidWay_ContinuesBitEqual(int count)
    {
        using var scope = new TensorScope();
        using var random = new RandomGenerator(5);
        Functions.Normal(random, "cpu", 3);
        byte[] state = random.GetState();
        float[] expected = Mixed(random, count);

        using var other = new RandomGenerator(99);
        other.SetState(state);

        Assert.Equal(expected, Mixed(other, count));
        random.SetState(state);
        Assert.Equal(expected, Mixed(random, count));
    }

    [Fact]
    public void Draws_TwoGenerators_AreIndependent()
    {
        using var scope = new TensorScope();
        using RandomGenerator alone = new(5), first = new(5), second = new(6);
        float[] expected = [.. Mixed(alone, 4), .. Mixed(alone, 4)];

        float[] drawn = Mixed(first, 4);
        Mixed(second, 9);

        Assert.Equal(expected, drawn.Concat(Mixed(first, 4)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(6000)]
    public void SetState_WrongBytes_IsAnErrorAndChangesNothing(int length)
    {
        using var random = new RandomGenerator(5);
        byte[] before = random.GetState();

        Assert.Throws<TorchException>(() => random.SetState(new byte[length]));

        Assert.Equal(before, random.GetState());
    }

    [Fact]
    public void Constructor_UnknownDevice_IsAnErrorThatNamesIt() =>
        Assert.Contains("random generator on abacus", Assert.Throws<TorchException>(() => new RandomGenerator(1, "abacus")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(0.7)]
    [InlineData(1)]
    public void Bernoulli_ManyDraws_AreOnesInThatShare(double probability)
    {
        using var random = new RandomGenerator(5);
        using Tensor draws = Functions.Bernoulli(probability, random, "cpu", 100_000);

        float[] values = draws.ToArray<float>();

        Assert.All(values, v => Assert.True(v is 0 or 1));
        Assert.Equal(probability, values.Average(), 0.01);
    }

    [Fact]
    public void Normal_ManyDraws_HaveMeanZeroAndVarianceOne()
    {
        using var random = new RandomGenerator(5);
        using Tensor draws = Functions.Normal(random, "cpu", 100_000);

        float[] values = draws.ToArray<float>();

        Assert.Equal(0, values.Average(), 0.02);
        Assert.Equal(1, values.Average(v => v * v), 0.02);
    }

    [Fact]
    public void Permutation_Always_HoldsEachNumberOnce()
    {
        using var random = new RandomGenerator(5);
        using Tensor order = Functions.Permutation(100, random);

        long[] numbers = order.ToArray<long>();

        Assert.NotEqual(Enumerable.Range(0, 100).Select(i => (long)i), numbers);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), numbers.Order());
    }

    private static float[] Draw(RandomGenerator random)
    {
        using (random)
        using (new TensorScope()) return Mixed(random, 20);
    }

    private static float[] Mixed(RandomGenerator random, int count) =>
    [
        .. Functions.Normal(random, "cpu", count).ToArray<float>(),
        .. Functions.Bernoulli(0.5, random, "cpu", count).ToArray<float>(),
        .. Functions.Permutation(count, random).ToArray<long>().Select(i => (float)i),
    ];
}
