using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class GameBalanceTests
{
    [Theory]
    [InlineData(0.48, 0.6, "the repair network wins")]
    [InlineData(0.99, 0.98, "too easily spotted")]
    public void Watch_OneSideHasWon_SaysSoOnceWhenTheWindowIsFull(double clean, double repaired, string expected)
    {
        GameBalance balance = new();
        List<(long Step, string Text)> said = [];

        for (long step = 1; step <= 3 * GameBalance.Window; step++)
            if (balance.Watch(step, Values(clean, repaired)) is { } text)
                said.Add((step, text));

        (long at, string message) = Assert.Single(said);
        Assert.Equal(GameBalance.Window, at);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.5, 0.7)]
    [InlineData(0.65, 0.65)]
    [InlineData(0.95, 0.9)]
    public void Watch_GameInBalance_SaysNothing(double clean, double repaired)
    {
        GameBalance balance = new();

        Assert.All(Enumerable.Range(1, 200), step => Assert.Null(balance.Watch(step, Values(clean, repaired))));
    }

    [Fact]
    public void Watch_BothSidesInTurn_SaysBoth()
    {
        GameBalance balance = new();

        Assert.Equal(2, Enumerable.Range(1, 200)
            .Count(step => balance.Watch(step, step <= 100 ? Values(1, 1) : Values(0.5, 0.5)) is not null));
    }

    [Fact]
    public void Watch_AnotherStage_SaysNothing() =>
        Assert.Null(new GameBalance().Watch(1, [("loss.reconstruction", 0.1), ("mse", 0.01)]));

    private static (string, double)[] Values(double clean, double repaired) =>
        [("loss.spotting", 0.69), ("right_on_clean", clean), ("right_on_repaired", repaired), ("mask_auc", 0.5)];
}
