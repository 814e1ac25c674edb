using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Tests.Inspection;

public sealed class DamageMapTests
{
    [Fact]
    public void Stitch_WholeImage_IsOneMinusTheKeepMask()
    {
        DamageMap map = DamageMap.Stitch(50, 40, [new SourceBox(0, 0, 50, 40)], [1, 0.75f, 0.5f, 0], 2);

        Assert.Equal((2, 2), (map.Rows, map.Columns));
        Assert.Equal([0, 0.25f, 0.5f, 1], map.Values);
        Assert.Equal(0.4375, map.Mean, 1e-6);
    }

    [Fact]
    public void Stitch_EqualWindows_GiveTheirValueEverywhere()
    {
        IReadOnlyList<SourceBox> windows = InspectionWindows.Of(100, 64, [1, 2], 8);
        float[] keep = new float[windows.Count * 16];
        Array.Fill(keep, 0.3f);

        DamageMap map = DamageMap.Stitch(100, 64, windows, keep, 4);

        Assert.Equal((8, 12), (map.Rows, map.Columns));
        Assert.All(map.Values, value => Assert.Equal(0.7, value, 1e-5));
    }

    [Fact]
    public void Stitch_OneDroppedWindow_IsHotThereAlone()
    {
        IReadOnlyList<SourceBox> windows = InspectionWindows.Of(64, 64, [2], 8);
        float[] keep = new float[windows.Count * 16];
        Array.Fill(keep, 1f);
        keep.AsSpan(9 * 16, 16).Clear(); // the last: lower right

        DamageMap map = DamageMap.Stitch(64, 64, windows, keep, 4);

        Assert.Equal(0, map.Values.Take(4 * 8).Max(), 1e-6); // the upper half
        Assert.True(map.At(0.95, 0.95) > 0.2, $"{map.At(0.95, 0.95)}");
        int hottest = Array.IndexOf(map.Values, map.Values.Max());
        Assert.True(hottest / 8 >= 4 && hottest % 8 >= 4, $"{hottest}");
    }

    [Theory]
    [InlineData(0.25, 0.25, 0)] // centre of the first place
    [InlineData(0.75, 0.25, 1)]
    [InlineData(0.5, 0.25, 0.5)]
    [InlineData(0.5, 0.5, 0.5)]
    [InlineData(0, 0, 0)] // beyond the outermost centres it stays
    [InlineData(1, 1, 1)]
    public void At_BetweenCentres_IsBilinear(double x, double y, double expected) =>
        Assert.Equal(expected, new DamageMap(2, 2, [0, 1, 0, 1]).At(x, y), 1e-6);
}
