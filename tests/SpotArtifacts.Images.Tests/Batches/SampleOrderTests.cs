namespace SpotArtifacts.Images.Tests;

public class SampleOrderTests
{
    public static TheoryData<int[], int> Sets() => new()
    {
        { [1], 0 }, { [17], 0 }, { [5, 9, 3], 0 },
        { [17], 4 }, { [5, 9, 3], 4 }, { [5, 9, 3], 1 }, { [5, 9, 3], 17 }, { [5, 9, 3], 18 }, { [1, 1, 1, 1], 3 },
        { [100, 1, 50], 7 },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void ImageOf_EveryEpoch_ShowsEachImageOnce(int[] counts, int buffer)
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            SampleOrder order = new(counts, seed, buffer);
            int count = counts.Sum();
            for (int epoch = 0; epoch < 3; epoch++)
                Assert.Equal(
                    Enumerable.Range(0, count),
                    Enumerable.Range(epoch * count, count).Select(sample => order.ImageOf(sample)).Order());
        }
    }

    [Fact]
    public void ImageOf_NoBuffer_MixesTheWholeSet()
    {
        SampleOrder order = new([1000, 1000], 1);
        int fromFirst = Enumerable.Range(0, 1000).Count(sample => order.ImageOf(sample) < 1000);
        Assert.InRange(fromFirst, 400, 600);
        Assert.NotEqual(
            Enumerable.Range(0, 2000).Select(s => order.ImageOf(s)), Enumerable.Range(2000, 2000).Select(s => order.ImageOf(s)));
    }

    [Fact]
    public void ImageOf_Buffer_StaysWithinTheShardsOfItsStretch()
    {
        const int shards = 20, each = 100, buffer = 50;
        SampleOrder order = new([.. Enumerable.Repeat(each, shards)], 4, buffer);
        HashSet<string> orders = [];
        for (int epoch = 0; epoch < 3; epoch++)
        {
            List<int> visited = [];
            for (int stretch = 0; stretch < shards * each / buffer; stretch++)
            {
                int[] images =
                    [.. Enumerable.Range(epoch * shards * each + stretch * buffer, buffer).Select(s => order.ImageOf(s))];
                Assert.Single(images.Select(image => image / each).Distinct());
                Assert.Equal(buffer, images.Max() - images.Min() + 1); // one piece of a file, read once
                visited.Add(images[0] / each);
            }
            orders.Add(string.Join(' ', visited.Distinct()));
        }
        Assert.Equal(3, orders.Count);
    }

    [Fact]
    public void ImageOf_FarAhead_NeedsNothingBefore()
    {
        SampleOrder order = new([10_000_000], 8);
        Assert.InRange(order.ImageOf(long.MaxValue / 2), 0, 9_999_999);
    }
}
