using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

/// <summary>The values are worked out by hand from the rule in the Caffe layer.</summary>
public sealed class RegionMaxPoolTests
{
    // One channel, value = 10 * row + column.
    private static Tensor Grid(int rows = 6, int columns = 8) =>
        Numbers.Tensor([.. Enumerable.Range(0, rows * columns).Select(i => (float)(10 * (i / columns) + i % columns))], 1, 1,
        rows, columns);

    [Fact]
    public void RegionMaxPool_WholeCells_TakesTheLargestOfEachBin()
    {
        using DisposeScope scope = NewDisposeScope();
        // Pixels 0..111 by stride 16: cells 0..7 and 0..5, bins of 4 x 3 cells.
        Assert.Equal([23, 27, 53, 57], Pool(Grid(), [0, 0, 0, 112, 80], 2, 2, 16));
    }

    [Fact]
    public void RegionMaxPool_BinsThatDoNotDivide_OverlapByTheirRounding()
    {
        using DisposeScope scope = NewDisposeScope();
        // Cells 1..3 (3 of them) into 2 bins of 1.5: floor(0) .. ceil(1.5) = 1, 2; floor(1.5) .. 3 = 2, 3.
        Assert.Equal([2, 3], Pool(Grid(), [0, 16, 0, 48, 0], 1, 2, 16));
    }

    [Theory]
    [InlineData(23.9f, 1)] // 23.9 / 16 = 1.49
    [InlineData(24f, 2)] // 1.5 goes up
    [InlineData(40f, 3)] // 2.5 too, away from zero and not to the even one
    public void RegionMaxPool_Corner_IsRoundedToACell(float corner, int cell)
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal([cell], Pool(Grid(), [0, corner, 0, corner, 0], 1, 1, 16));
    }

    [Fact]
    public void RegionMaxPool_InvertedRegion_IsOneCell()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal([12, 12, 12, 12], Pool(Grid(), [0, 32, 16, 0, 0], 2, 2, 16));
    }

    [Fact]
    public void RegionMaxPool_BinsOutside_AreZero()
    {
        using DisposeScope scope = NewDisposeScope();
        // Cells 6..9 of 8 into two bins: 6, 7 and 8, 9, of which the second does not exist.
        Assert.Equal([7, 0], Pool(Grid(), [0, 96, 0, 144, 0], 1, 2, 16));
        Assert.Equal([0, 1], Pool(Grid(), [0, -32, 0, 16, 0], 1, 2, 16));
    }

    [Fact]
    public void RegionMaxPool_Offset_MovesTheCellsCentres()
    {
        using DisposeScope scope = NewDisposeScope();
        // Cell i is centred on 14 + 16 i: pixel 21 is nearest to cell 0, pixel 23 to cell 1.
        Assert.Equal([10], Pool(Grid(), [0, 21, 30, 21, 30], 1, 1, 16, 14));
        Assert.Equal([11], Pool(Grid(), [0, 23, 30, 23, 30], 1, 1, 16, 14));
    }

    [Fact]
    public void RegionMaxPool_SeveralImagesAndChannels_TakesEachItsOwn()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Numbers.Tensor([.. Enumerable.Range(0, 2 * 2 * 4).Select(i => (float)i)], 2, 2, 2, 2).ChannelsLast();
        Assert.Equal([11, 15, 3, 7], Pool(x, [1, 0, 0, 1, 1, 0, 0, 0, 1, 1], 1, 1, 1));
    }

    [Fact]
    public void RegionMaxPool_Gradient_AgreesWithCentralDifferences()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor regions = Numbers.Tensor([0, 0, 0, 3, 4, 1, 1, 2, 4, 4, 0, 2, 1, 9, 2, 0, 3, 3, 1, 1], 4, 5);
        GradientCheck.Of(x => Operations.RegionMaxPool(x, regions, 2, 3, 1), Numbers.Of(3, 2 * 3 * 5 * 5), 2, 3, 5, 5);
    }

    [Fact]
    public void RegionMaxPool_EqualCells_GiveTheGradientToTheFirst()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(1, 1, 2, 2).requires_grad_();
        Tensor y = Operations.RegionMaxPool(x, Numbers.Tensor([0, 0, 0, 1, 1], 1, 5), 1, 1, 1);
        Assert.Equal([1, 0, 0, 0], Gradients.Of([y], [x])[0].ToArray<float>());
    }

    [Fact]
    public void RegionMaxPool_RegionOfAnAbsentImage_IsAnError()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Contains("belongs to image 1 of 1",
            Assert.Throws<ArgumentException>(() => Pool(Grid(), [1, 0, 0, 1, 1], 1, 1, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RegionMaxPool_CornerThatIsNoNumber_IsAnError()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => Pool(Grid(), [0, float.NaN, 0, 1, 1], 1, 1, 1));
    }

    private static float[] Pool(Tensor x, float[] regions, int rows, int columns, double stride, double offset = 0) =>
        Operations.RegionMaxPool(x, Numbers.Tensor(regions, regions.Length / 5, 5), rows, columns, stride, offset)
            .ToArray<float>();
}
