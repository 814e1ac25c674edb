namespace SpotArtifacts.Images.Tests.Sets;

public sealed class StageProgressTests
{
    [Fact]
    public void Report_OfAPart_HasThePartsNameAndKeepsTheRest()
    {
        List<DecodingProgress> seen = [];

        new StageProgress(new Reports<DecodingProgress>(seen.Add), "looking").Report(new DecodingProgress(3, 9, 1) { Begun = 2 });
        new StageProgress(null, "nobody").Report(default);

        Assert.Equal([new DecodingProgress(3, 9, 1) { Begun = 2, Stage = "looking" }], seen);
    }
}
