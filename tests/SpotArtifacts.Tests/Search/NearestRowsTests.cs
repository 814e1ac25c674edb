using SpotArtifacts.Search;

namespace SpotArtifacts.Tests.Search;

public class NearestRowsTests
{
    [Fact]
    public void Merge_Blocks_KeepsTheBestOfAllInOrderAndTiesByRow()
    {
        NearestRows nearest = new(queries: 2, k: 3);

        nearest.Merge(0, firstRow: 0, [0.9f, 0.5f, 0.1f, 0.3f, 0.2f, 0.1f], [2, 0, 1, 0, 1, 2], count: 2);
        nearest.Merge(0, firstRow: 10, [0.9f, 0.6f, 0.5f, 0.2f, 0.2f, 0.05f], [1, 0, 2, 1, 0, 2], count: 2);

        Assert.Equal([(0.9f, 2), (0.9f, 11), (0.6f, 10)], nearest.Of(0));
        Assert.Equal([(0.3f, 0), (0.2f, 1), (0.2f, 10)], nearest.Of(1));
    }

    [Fact]
    public void Of_FewerRowsThanAskedFor_GivesThoseThereAre()
    {
        NearestRows nearest = new(queries: 1, k: 5);

        nearest.Merge(0, 7, [0.4f], [0], count: 1);

        Assert.Equal([(0.4f, 7)], nearest.Of(0));
    }
}
