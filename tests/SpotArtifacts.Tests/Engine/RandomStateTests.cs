using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

public sealed class RandomStateTests
{
    [Fact]
    public void Draws_SameSeed_AreTheSame() => Assert.Equal(Draw(new Generator(5)), Draw(new Generator(5)));

    [Fact]
    public void Draws_OtherSeed_AreOthers() => Assert.NotEqual(Draw(new Generator(5)), Draw(new Generator(6)));

    // 5 normals are drawn one by one, 64 in vectors of 16; both keep something between calls.
    [Theory]
    [InlineData(5)]
    [InlineData(64)]
    public void SetStateBytes_SavedMidWay_ContinuesBitEqual(int count)
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new Generator(5);
        zeros(3).normal_(generator: random);
        byte[] state = random.GetStateBytes();
        float[] expected = Mixed(random, count);

        using var other = new Generator(99);
        other.SetStateBytes(state);

        Assert.Equal(expected, Mixed(other, count));
        random.SetStateBytes(state);
        Assert.Equal(expected, Mixed(random, count));
    }

    [Fact]
    public void SetStateBytes_FreshGenerator_TakesItsOwnState()
    {
        using Generator fresh = new(5), other = new(6);

        other.SetStateBytes(fresh.GetStateBytes());

        Assert.Equal(fresh.GetStateBytes(), other.GetStateBytes());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(6000)]
    public void SetStateBytes_WrongLength_IsAnErrorWithBothAndChangesNothing(int length)
    {
        using var random = new Generator(5);
        byte[] before = random.GetStateBytes();

        string message = Assert.Throws<ArgumentException>(() => random.SetStateBytes(new byte[length])).Message;

        Assert.Equal($"{length} bytes are no state of a random generator, which has {before.Length}", message);
        Assert.Equal(before, random.GetStateBytes());
    }

    // libtorch would end the process over each of these.
    [Theory]
    [InlineData(8, 0)]
    [InlineData(9, 200)]
    [InlineData(12, 0)]
    [InlineData(18, 1)]
    public void SetStateBytes_RightLengthAndNoState_IsAnErrorAndChangesNothing(int at, byte value)
    {
        using var random = new Generator(5);
        byte[] before = random.GetStateBytes(), wrong = [.. before];
        wrong[at] = value;

        Assert.Throws<ArgumentException>(() => random.SetStateBytes(wrong));

        Assert.Equal(before, random.GetStateBytes());
    }

    private static float[] Draw(Generator random)
    {
        using (random)
        using (NewDisposeScope())
            return Mixed(random, 20);
    }

    private static float[] Mixed(Generator random, int count) =>
    [
        .. zeros(count).normal_(generator: random).ToArray<float>(),
        .. Operations.Bernoulli(0.5, random, null, count).ToArray<float>(),
        .. randperm(count, generator: random).ToArray<long>(),
    ];
}
