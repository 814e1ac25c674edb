using System.Runtime.InteropServices;
using SpotArtifacts.Distributed;

namespace SpotArtifacts.Tests.Distributed;

public sealed class MpiCommunicatorTests
{
    private const string AsRank = "SPOT_TEST_AS_RANK";

    /// <summary>The launchers to try.</summary>
    public static TheoryData<string> Launchers => MpiRun.Launchers;

    [Theory]
    [MemberData(nameof(Launchers))]
    public async Task TwoRanks_EveryCall_DoesWhatItSays(string launcher)
    {
        (int status, string text) = await RunAsRanks(launcher, nameof(EveryCall_AsARank));

        Assert.True(status == 0, text);
        Assert.DoesNotContain("Skipped: 1", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Launchers))]
    public async Task TwoRanks_EveryWrongCall_SaysWhichFunctionAndWhy(string launcher)
    {
        (int status, string text) = await RunAsRanks(launcher, nameof(WrongCalls_AsARank));

        Assert.True(status == 0, text);
    }

    [Theory]
    [MemberData(nameof(Launchers))]
    public async Task TwoRanks_OneAborts_EndsBoth(string launcher)
    {
        (int status, string text) = await RunAsRanks(launcher, nameof(Abort_AsARank));

        Assert.True(status != 0, text);
    }

    [Fact]
    public void EveryCall_AsARank()
    {
        ICommunicator world = Join();
        Assert.Equal(2, world.Size);
        byte[] bytes = [(byte)(10 + world.Rank)], both = new byte[2];

        world.Gather(bytes, both);
        Assert.Equal([10, 11], both);
        world.Broadcast(bytes, root: 1);
        Assert.Equal([11], bytes);
        Assert.Equal(["rank 0", "longer, rank 1"], RankText.Gather(world, world.Rank == 0 ? "rank 0" : "longer, rank 1"));

        float[] values = [1 + world.Rank, 10];
        using Pinned pinned = new(values), gathered = new(new float[4]), exchanged = new(new float[2]);
        IPendingSum sum = world.StartSum(pinned.Floats);
        world.Barrier(); // another call may come between
        sum.Finish();
        Assert.Equal([3, 20], values);
        Assert.True(sum.InFlight > TimeSpan.Zero);
        values[0] = world.Rank;
        world.Gather(pinned.Floats, gathered.Floats);
        Assert.Equal([0, 20, 1, 20], gathered.Values);
        (values[0], values[1]) = (world.Rank * 2, world.Rank * 2 + 1);
        world.Exchange(pinned.Floats, exchanged.Floats);
        Assert.Equal([world.Rank, 2 + world.Rank], exchanged.Values);
        world.Broadcast(pinned.Floats, root: 0);
        Assert.Equal([0, 1], values);
        Assert.StartsWith($"rank {world.Rank} of 2 (", RankSession.Prefix, StringComparison.Ordinal);
        RankSession.End(0);
    }

    [Fact]
    public void WrongCalls_AsARank()
    {
        ICommunicator world = Join();
        byte[] bytes = [1];
        using Pinned two = new(new float[2]), three = new(new float[3]);

        MpiException refused = Assert.Throws<MpiException>(() => world.Broadcast(bytes, root: 7));
        Assert.StartsWith("MPI_Bcast failed: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("root", refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("MPI_Bcast failed: ",
            Assert.Throws<MpiException>(() => world.Broadcast(two.Floats, root: -5)).Message, StringComparison.Ordinal);
        // Open MPI does not look at addresses: it would end the process.
        if (world.Description.Contains("MPICH", StringComparison.Ordinal))
            Assert.StartsWith("MPI_Iallreduce failed: ",
                Assert.Throws<MpiException>(() => world.StartSum(new Floats(0, 3))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => world.Gather(bytes, new byte[3]));
        Assert.Throws<ArgumentException>(() => world.Gather(two.Floats, three.Floats));
        Assert.Throws<ArgumentException>(() => world.Exchange(three.Floats, three.Floats));
        Assert.Throws<ArgumentOutOfRangeException>(() => world.StartSum(new Floats(1, 1L << 31)));
        StartAgreement.Require(world, [("recipe", "the same")]);
        MpiException another = Assert.Throws<MpiException>(
            () => StartAgreement.Require(world, [("recipe", "the same"), ("version", $"{world.Rank}")]));
        Assert.Contains("rank 1 of 2 (", another.Message, StringComparison.Ordinal);
        Assert.Contains("has another version than rank 0", another.Message, StringComparison.Ordinal);
        RankSession.End(0);
    }

    [Fact]
    public void Abort_AsARank()
    {
        ICommunicator world = Join();
        if (world.Rank == 1)
            RankSession.End(3);
        world.Barrier(); // never passed
        RankSession.End(0);
    }

    private static ICommunicator Join()
    {
        bool isRank = Environment.GetEnvironmentVariable(AsRank) is not null;
        Assert.SkipUnless(isRank, "run by the tests of two ranks, as one of them");
        return RankSession.Start();
    }

    private static async Task<(int Status, string Text)> RunAsRanks(string launcher, string method)
    {
        MpiRun.Require(launcher);
        string tests = Path.ChangeExtension(typeof(MpiCommunicatorTests).Assembly.Location, ".dll");
        using var process = MpiRun.Start(launcher, 2,
            ["dotnet", tests, "-method", $"{typeof(MpiCommunicatorTests).FullName}.{method}"], (AsRank, "1"));
        return await MpiRun.End(process);
    }

    private sealed class Pinned(float[] values) : IDisposable
    {
        private readonly GCHandle _handle = GCHandle.Alloc(values, GCHandleType.Pinned);

        internal float[] Values => values;

        internal Floats Floats => new(_handle.AddrOfPinnedObject(), values.Length);

        public void Dispose() => _handle.Free();
    }
}
