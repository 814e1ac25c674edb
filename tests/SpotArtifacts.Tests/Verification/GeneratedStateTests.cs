using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Verification;

public class GeneratedStateTests
{
    [Fact]
    public void NextDouble_NameAndSeedOfTheFixtures_GivesTheirNumbers()
    {
        var random = new NamedRandom("decoder.out.weight", 7);
        Assert.Equal(
            [0.15356123447418213, 0.46165168285369873, 0.4121973514556885],
            [random.NextDouble(), random.NextDouble(), random.NextDouble()]);
    }
}
