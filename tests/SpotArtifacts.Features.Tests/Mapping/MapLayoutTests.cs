using SpotArtifacts.Features.Mapping;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Mapping;

public class MapLayoutTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    [InlineData(100)]
    public void SnapToGrid_Places_GivesEachACellOfItsOwnInsideTheGrid(int count)
    {
        SeededRandom random = new(2);
        (float, float)[] places =
            [.. Enumerable.Range(0, count).Select(_ => ((float)random.NextDouble(), (float)random.NextDouble()))];

        IReadOnlyList<(int Column, int Row)> cells = MapLayout.SnapToGrid(places);

        (int columns, int rows) = MapLayout.GridFor(count);
        Assert.Equal(count, cells.Distinct().Count());
        Assert.All(cells, cell => Assert.True(cell.Column >= 0 && cell.Column < columns && cell.Row >= 0 && cell.Row < rows));
        Assert.InRange(columns * rows - count, 0, columns - 1);
    }

    [Fact]
    public void SnapToGrid_AGridAlready_StaysAsItIs()
    {
        (float, float)[] places = [.. Enumerable.Range(0, 16).Select(i => ((float)(i % 4), i / 4 + 0.01f * (i % 4)))];

        Assert.Equal(Enumerable.Range(0, 16).Select(i => (i % 4, i / 4)), MapLayout.SnapToGrid(places));
    }

    [Fact]
    public void Color_Labels_DifferAndNoneIsGrey()
    {
        Assert.Equal(12, Enumerable.Range(0, 12).Select(MapPicture.Color).Distinct().Count());
        Assert.Equal(((byte)160, (byte)160, (byte)160), MapPicture.Color(-1));
    }
}
