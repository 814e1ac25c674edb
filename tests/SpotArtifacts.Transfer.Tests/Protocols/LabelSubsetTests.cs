using SpotArtifacts.Transfer.Protocols;

namespace SpotArtifacts.Transfer.Tests.Protocols;

public sealed class LabelSubsetTests
{
    private static readonly int[] s_labels = [.. Enumerable.Range(0, 90).Select(i => i % 3)];

    [Theory]
    [InlineData(9, 3, 3, 3)]
    [InlineData(11, 4, 4, 3)]
    public void Draw_Count_IsEvenOverTheClasses(int count, params int[] expected)
    {
        int[] drawn = LabelSubset.Draw(s_labels, count, 3, seed: 5);

        Assert.Equal(expected, Enumerable.Range(0, 3).Select(c => drawn.Count(i => s_labels[i] == c)));
        Assert.Equal(count, drawn.Distinct().Count());
        Assert.Equal(drawn.Order(), drawn);
    }

    [Fact]
    public void Draw_LargerCount_HoldsTheSmallerOnesImages()
    {
        Assert.Superset(LabelSubset.Draw(s_labels, 12, 3, 5).ToHashSet(), LabelSubset.Draw(s_labels, 30, 3, 5).ToHashSet());
        Assert.NotEqual(LabelSubset.Draw(s_labels, 12, 3, 5), LabelSubset.Draw(s_labels, 12, 3, 6));
    }

    [Fact]
    public void Draw_Zero_IsAll() => Assert.Equal(Enumerable.Range(0, 90), LabelSubset.Draw(s_labels, 0, 3, 1));

    [Theory]
    [InlineData(2, "fewer than one for each of 3 classes")]
    [InlineData(93, "31 images of class 0")]
    public void Draw_CountThatCannotBe_SaysWhy(int count, string expected) =>
        Assert.Contains(expected, Assert.Throws<SpotException>(() => LabelSubset.Draw(s_labels, count, 3, 1)).Message,
            StringComparison.Ordinal);
}
