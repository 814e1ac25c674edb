using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Damage;

public sealed class KeepMaskTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(1);

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.7)]
    [InlineData(0.9)]
    public void Sample_DropRate_IsTheShareOfZeros(double dropRate)
    {
        float[] values = KeepMask.Sample(1000, 4, dropRate, _random, "cpu").Values.ToArray<float>();

        Assert.All(values, value => Assert.True(value is 0 or 1));
        // Five standard deviations of a share over 16,000 entries.
        Assert.Equal(dropRate, values.Count(v => v == 0) / 16000.0, 5 * Math.Sqrt(dropRate * (1 - dropRate) / 16000));
    }

    [Fact]
    public void Sample_Images_HaveMasksOfTheirOwn()
    {
        KeepMask mask = KeepMask.Sample(2, 8, 0.5, _random, "cpu");

        Assert.Equal([2, 1, 8, 8], mask.Values.shape);
        Assert.NotEqual(mask.Values.narrow(0, 0, 1).ToArray<float>(), mask.Values.narrow(0, 1, 1).ToArray<float>());
    }

    [Theory]
    [InlineData(0.2, 2)]
    [InlineData(0.7, 3)]
    [InlineData(0.7, 4)]
    public void Sample_Blocks_DropTheSameShare(double dropRate, int block)
    {
        // Where blocks begin is drawn for a batch, so many batches.
        double[] shares = [.. Enumerable.Range(0, 400).Select(_ =>
            KeepMask.Sample(20, 5, dropRate, _random, "cpu", block).Values.ToArray<float>().Average(v => 1.0 - v))];

        // An image has no more than four whole blocks, and each batch 20 images.
        Assert.Equal(dropRate, shares.Average(), 5 * Math.Sqrt(dropRate * (1 - dropRate) / (20 * 400)));
    }

    [Fact]
    public void Sample_Blocks_AreDroppedWhole()
    {
        HashSet<int> begins = [];
        for (int batch = 0; batch < 40; batch++)
        {
            float[] row = KeepMask.Sample(64, 6, 0.5, _random, "cpu", block: 3).Values.narrow(2, 0, 1).ToArray<float>();
            // Borders between blocks: the same in all images of a batch, three apart.
            int[] borders = [.. Enumerable.Range(1, 5).Where(x => row.Chunk(6).Any(entries => entries[x] != entries[x - 1]))];
            Assert.True(borders is [3] or [1, 4] or [2, 5], string.Join(' ', borders));
            begins.Add(borders[0]);
        }

        Assert.Equal([1, 2, 3], begins.Order());
    }

    [Fact]
    public void Sample_BlockOfOne_DrawsWhatItDrewBefore()
    {
        using Generator same = new(1);

        Assert.Equal(Operations.Bernoulli(0.5, same, "cpu", 2, 1, 4, 4).ToArray<float>(),
            KeepMask.Sample(2, 4, 0.5, _random, "cpu", block: 1).Values.ToArray<float>());
        Assert.Equal(same.GetStateBytes(), _random.GetStateBytes());
    }

    [Fact]
    public void At_TwiceTheGrid_RepeatsEachEntry()
    {
        var mask = new KeepMask(TensorData.From<float>([1, 0, 0, 1], 1, 1, 2, 2));

        Assert.Equal([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1], mask.At(4, 4).ToArray<float>());
        Assert.Equal([1, 0, 0, 1], mask.At(2, 2).ToArray<float>());
    }

    public void Dispose()
    {
        _random.Dispose();
        _scope.Dispose();
    }
}
