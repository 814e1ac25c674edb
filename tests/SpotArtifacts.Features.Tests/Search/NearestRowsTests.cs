using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Search;

public class NearestRowsTests
{
    [Fact]
    public void Offer_Blocks_KeepsTheBestOfAllInOrderAndTiesByRow()
    {
        NearestRows nearest = new(queries: 2, k: 3);

        nearest.Offer(0, firstRow: 10, [0.6f, 0.9f, 0.5f]);
        nearest.Offer(0, firstRow: 0, [0.5f, 0.1f, 0.9f]);
        nearest.Offer(1, firstRow: 0, [0.3f, 0.2f, 0.1f]);
        nearest.Offer(1, firstRow: 10, [0.2f, 0.2f, 0.05f]);

        Assert.Equal([(0.9f, 2), (0.9f, 11), (0.6f, 10)], nearest.Of(0));
        Assert.Equal([(0.3f, 0), (0.2f, 1), (0.2f, 10)], nearest.Of(1));
    }

    [Fact]
    public void Of_FewerRowsThanAskedFor_GivesThoseThereAre()
    {
        NearestRows nearest = new(queries: 1, k: 5);

        nearest.Offer(0, 7, [0.4f]);

        Assert.Equal([(0.4f, 7)], nearest.Of(0));
    }

    [Fact]
    public void Offer_FromManyThreads_FindsWhatSortingDoes()
    {
        const int blocks = 200, length = 50, k = 20;
        SeededRandom random = new(4);
        // Few different values, so that ties are many.
        float[][] values =
            [.. Enumerable.Range(0, blocks).Select(_ =>
                (float[])[.. Enumerable.Range(0, length).Select(_ => random.NextInt(40) / 40f)])];
        NearestRows nearest = new(queries: 3, k);

        Parallel.For(0, 3 * blocks, i => nearest.Offer(i % 3, i / 3 * length, values[i / 3]));

        (float, int)[] expected =
            [.. values.SelectMany(block => block).Select((value, row) => (value, row)).OrderByDescending(hit => hit.value)
                .ThenBy(hit => hit.row).Take(k)];
        for (int query = 0; query < 3; query++)
            Assert.Equal(expected, nearest.Of(query));
    }
}
