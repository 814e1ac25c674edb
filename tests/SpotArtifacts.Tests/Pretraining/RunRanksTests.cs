using SpotArtifacts.Distributed;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class RunRanksTests
{
    [Theory]
    [InlineData(2, 8, 1, 16)]
    [InlineData(1, 8, 4, 2)]
    [InlineData(4, 8, 2, 16)]
    public void Constructor_AnotherNumberOfRanks_KeepsTheGlobalBatch(int begun, int batch, int now, int share)
    {
        RunRanks ranks = new(new Several(now), TinyRun.Recipe($"batch_per_rank={batch}"), Description(begun));

        Assert.Equal(share, ranks.Recipe.BatchPerRank);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    public void Constructor_RanksThatCannotShareTheBatch_AreRefused(int now)
    {
        SpotException refused = Assert.Throws<SpotException>(
            () => new RunRanks(new Several(now), TinyRun.Recipe("batch_per_rank=4"), Description(2)));

        Assert.Contains($"8 images in each step (4 on each of 2), which {now} ranks cannot share", refused.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("raw", 0.25, 2, true)]
    [InlineData("raw", 0.2, 2, false)] // 3 of 16
    [InlineData("raw", 0.5, 4, true)]
    [InlineData("raw", 0.75, 8, false)] // no rank would have two for the game
    [InlineData("clean", 0.2, 2, true)]
    public void Constructor_RotationQuestion_IsSharedWhereEachIsAskedAsMuch(string images, double share, int ranks, bool shared)
    {
        RunRanks Make() => new(new Several(ranks), TinyRun.Recipe("batch_per_rank=8", "spotting.rotation_weight=1",
            $"spotting.rotation_images={images}", FormattableString.Invariant($"spotting.rotation_share={share}")),
            Description(2));

        if (shared)
            Assert.Equal(16 / ranks, Make().Recipe.BatchPerRank);
        else
            Assert.Contains("of the 16 images of each step raw, which", Assert.Throws<SpotException>(Make).Message,
                StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_InstanceQuestion_IsForOneProcess()
    {
        Recipe recipe = TinyRun.Recipe("batch_per_rank=8", "spotting.rotation_weight=1", "spotting.rotation_images=raw",
            "spotting.instance_weight=1");

        SpotException refused = Assert.Throws<SpotException>(() => new RunRanks(new Several(2), recipe, Description(2)));

        Assert.Contains("spotting.instance_weight=1 compares images with each other, which 2 ranks cannot",
            refused.Message, StringComparison.Ordinal);
    }

    private static RunDescription Description(int ranks) => RunFolder.Describe([], null) with { Ranks = ranks };

    private sealed class Several(int size) : ICommunicator
    {
        public int Rank => 0;

        public int Size => size;

        public string Description => "several";

        public void Broadcast(Span<byte> bytes, int root) => throw new NotSupportedException();

        public void Broadcast(Floats values, int root) => throw new NotSupportedException();

        public void Gather(ReadOnlySpan<byte> mine, Span<byte> all) => throw new NotSupportedException();

        public void Gather(Floats mine, Floats all) => throw new NotSupportedException();

        public IPendingSum StartSum(Floats values) => throw new NotSupportedException();

        public void Exchange(Floats sent, Floats received) => throw new NotSupportedException();

        public void Barrier() => throw new NotSupportedException();

        public void Abort(int status) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
