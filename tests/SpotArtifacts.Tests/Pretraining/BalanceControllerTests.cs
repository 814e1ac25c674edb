using System.Runtime.InteropServices;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Tests.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class BalanceControllerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly BalanceController _balance = new(0.65, CPU);

    [Fact]
    public void Move_AfterOnePeriod_CountsRightAnswersOfBothHalves()
    {
        // Clean, clean, corrupt, corrupt: the second clean image is taken for corrupt. Right: 0.75.
        Tensor logits = TensorData.From<float>([0, 1, 1, 0, 1, 0, 2, -1], 4, 2);

        for (int step = 0; step < BalanceController.Period; step++)
            Play(_balance, logits);

        Assert.Equal(0.75, _balance.Values.Single(value => value.Name == "balance.right").Value, 6);
        // An error of 0.1: 50 steps of 0.05 each, and 4 at once.
        Assert.Equal(Math.Exp(0.1 * (50 * 0.05 + 4)), _balance.RepairFactor, 5);
        Assert.Equal(1, _balance.SpottingFactor);
    }

    [Fact]
    public void Move_OfSeveralRanks_GoesByTheShareOfAll()
    {
        RankGroup group = new(new OtherRank(right: 0.5f), batchPerRank: 4, new RankOptions());
        using (group.Use())
            for (int step = 0; step < BalanceController.Period; step++)
                Play(_balance, Answers(1));

        Assert.Equal(0.75, _balance.Values.Single(value => value.Name == "balance.right").Value, 6);
    }

    [Theory]
    [InlineData(1, 0.35)]
    [InlineData(0.5, -0.35)]
    public void Move_CertaintyOrChance_CountAsEquallyFar(double right, double error)
    {
        for (int step = 0; step < BalanceController.Period; step++)
            Play(_balance, Answers(right));

        Assert.Equal(error * (50 * 0.05 + 4), Math.Log(_balance.RepairFactor), 4);
    }

    [Fact]
    public void Move_WithinAPeriod_ChangesNothing()
    {
        for (int step = 0; step + 1 < BalanceController.Period; step++)
            Play(_balance, Answers(1));

        Assert.Equal((1, 1), (_balance.RepairFactor, _balance.SpottingFactor));
        Assert.DoesNotContain(_balance.Values, value => value.Name == "balance.right");
    }

    [Theory]
    [InlineData(1, 10, 0.01)]
    [InlineData(0, 0.01, 1)]
    public void Move_OneSideWinsForEver_StopsAtTheBounds(double right, double repair, double spotting)
    {
        for (int step = 0; step < 2000; step++)
            Play(_balance, Answers(right));

        Assert.Equal(repair, _balance.RepairFactor, 4);
        Assert.Equal(spotting, _balance.SpottingFactor, 4);

        // It has not wound up beyond them: one period the other way is felt.
        for (int step = 0; step < BalanceController.Period; step++)
            Play(_balance, Answers(1 - right));
        Assert.NotEqual((repair, spotting), (Math.Round(_balance.RepairFactor, 4), Math.Round(_balance.SpottingFactor, 4)));
    }

    [Fact]
    public void Move_LateInTheRun_GoesAtTheGamesPace()
    {
        for (int step = 0; step < BalanceController.Period; step++)
            Play(_balance, Answers(1), pace: 0.1);

        Assert.Equal(Math.Exp(0.35 * (50 * 0.05 * 0.1 + 4)), _balance.RepairFactor, 4);
    }

    // A game in which the share follows the logarithm of the two rates' ratio with a delay, as the trials in docs/tuning.md show.
    [Theory]
    [InlineData(0.95)]
    [InlineData(0.8)]
    [InlineData(0.5)]
    public void Move_GameThatAnswersWithADelay_ComesToTheSetPointAndStays(double atFirst)
    {
        double right = atFirst;
        List<double> late = [];
        for (int step = 0; step < 6000; step++)
        {
            double settled = atFirst - 0.17 * Math.Log(_balance.RepairFactor / _balance.SpottingFactor);
            right += (Math.Clamp(settled, 0.5, 1) - right) / 200;
            Play(_balance, Answers(right));
            if (step > 4000)
                late.Add(right);
        }

        Assert.All(late, share => Assert.Equal(0.65, share, 0.02));
    }

    [Fact]
    public void Restore_SavedWithinAPeriod_GoesOnAsIfNothingHadHappened()
    {
        for (int step = 0; step < 70; step++)
            Play(_balance, Answers(0.9));
        var checkpoint = new Checkpoint();
        _balance.Save(checkpoint);
        using BalanceController restored = new(0.65, CPU);
        restored.Restore(checkpoint);

        for (int step = 0; step < 40; step++)
            Array.ForEach([_balance, restored], balance => Play(balance, Answers(0.7)));

        Assert.Equal(_balance.Values, restored.Values);
        Assert.Null(checkpoint.FindNonFinite());
    }

    [Fact]
    public void Restore_SavedBeforeTheFirstPeriod_HasNoShareYet()
    {
        var checkpoint = new Checkpoint();
        _balance.Save(checkpoint);
        using BalanceController restored = new(0.65, CPU);

        restored.Restore(checkpoint);

        Assert.Equal(_balance.Values, restored.Values);
    }

    [Fact]
    public void Move_ManyPeriods_LeaveNoTensors()
    {
        Tensor logits = Answers(0.9);
        Play(_balance, logits);
        long before = LiveTensors.Count();

        for (int step = 0; step < 3 * BalanceController.Period; step++)
            Play(_balance, logits);

        Assert.Equal(before, LiveTensors.Count());
    }

    public void Dispose()
    {
        _balance.Dispose();
        _scope.Dispose();
    }

    private static void Play(BalanceController balance, Tensor logits, double pace = 1)
    {
        balance.Count(logits);
        balance.Move(pace);
    }

    // 2000 verdicts of which a share is right.
    private static Tensor Answers(double share)
    {
        const int Half = 1000;
        int right = (int)Math.Round(share * Half);
        float[] logits = [.. Enumerable.Range(0, 2 * Half).SelectMany(i =>
            (i < Half) == (i % Half < right) ? (float[])[0, 1] : [1, 0])];
        return TensorData.From<float>(logits, 2 * Half, 2);
    }

    /// <summary>A second rank, whose share of right answers is added to this one's.</summary>
    private sealed class OtherRank(float right) : ICommunicator, IPendingSum
    {
        public int Rank => 0;

        public int Size => 2;

        public string Description => "a second rank";

        public TimeSpan InFlight => TimeSpan.Zero;

        public IPendingSum StartSum(Floats values)
        {
            float[] sum = new float[1];
            Marshal.Copy(values.Address, sum, 0, 1);
            sum[0] += right;
            Marshal.Copy(sum, 0, values.Address, 1);
            return this;
        }

        public void Finish()
        {
        }

        public void Broadcast(Span<byte> bytes, int root) => throw new NotSupportedException();

        public void Broadcast(Floats values, int root) => throw new NotSupportedException();

        public void Gather(ReadOnlySpan<byte> mine, Span<byte> all) => throw new NotSupportedException();

        public void Gather(Floats mine, Floats all) => throw new NotSupportedException();

        public void Exchange(Floats sent, Floats received) => throw new NotSupportedException();

        public void Barrier() => throw new NotSupportedException();

        public void Abort(int status) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
