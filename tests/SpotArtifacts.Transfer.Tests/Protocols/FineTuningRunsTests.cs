using SpotArtifacts.Transfer.Protocols;

namespace SpotArtifacts.Transfer.Tests.Protocols;

public sealed class FineTuningRunsTests
{
    [Fact]
    public void Split_EachClass_HoldsOutItsShareAndNeverAll()
    {
        int[] rows = [.. Enumerable.Range(0, 30)];

        (int[] kept, int[] held) = FineTuningRuns.Split(rows, row => row < 28 ? row % 2 : 2, 0.25, seed: 1);

        Assert.Equal(rows, kept.Concat(held).Order());
        Assert.Equal([4, 4, 1], Enumerable.Range(0, 3).Select(c => held.Count(row => (row < 28 ? row % 2 : 2) == c)));
    }

    [Fact]
    public void Split_ClassWithOneImage_SaysWhatToDo() =>
        Assert.Contains("give one rate",
            Assert.Throws<SpotException>(() => FineTuningRuns.Split([0, 1, 2], row => row / 2, 0.5, 1)).Message,
            StringComparison.Ordinal);
}
