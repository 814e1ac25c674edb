namespace SpotArtifacts.Images.Tests;

public class LabelMeaningTests
{
    private static readonly LabelMeaning s_numbers = new(null), s_names = new(["cat", "dog"]), s_cifar = new(null, "CIFAR-10");

    [Fact]
    public void Compare_NamesOnBothSides_ComparesNames()
    {
        (Func<int, string> own, Func<int, string> other) = s_names.Compare(new(["dog"]), out string? problem);
        Assert.Null(problem);
        Assert.Equal((own(1), "dog"), (other(0), own(1)));
    }

    [Fact]
    public void Compare_NumbersOnBothSides_ComparesNumbers()
    {
        (Func<int, string> own, Func<int, string> other) = s_numbers.Compare(s_cifar, out string? problem);
        Assert.Null(problem);
        Assert.Equal(own(7), other(7));
    }

    [Fact]
    public void Compare_OneNumberingWithNamesOnOneSideOnly_ComparesNumbers()
    {
        (Func<int, string> own, Func<int, string> other) =
            new LabelMeaning(["airplane", "automobile"], "CIFAR-10").Compare(s_cifar, out string? problem);
        Assert.Null(problem);
        Assert.Equal(own(1), other(1));
    }

    [Fact]
    public void Compare_NamesThatAreNumbers_GoWithNumbers()
    {
        (Func<int, string> own, Func<int, string> other) =
            new LabelMeaning(["007", "12"]).Compare(s_numbers, out string? problem);
        Assert.Null(problem);
        Assert.Equal((other(7), other(12)), (own(0), own(1)));
    }

    [Fact]
    public void Compare_NamesWithNumbers_SaysWhyNot()
    {
        s_names.Compare(s_numbers, out string? problem);
        Assert.Equal("one side has class names (cat, dog), the other numbers without names", problem);
        s_numbers.Compare(s_names, out string? turned);
        Assert.Equal(problem, turned);
    }

    [Fact]
    public void Compare_TwoPublishedNumberings_SaysWhyNot()
    {
        s_cifar.Compare(new LabelMeaning(null, "STL-10"), out string? problem);
        Assert.Equal("one side has numbers of CIFAR-10, the other of STL-10", problem);
    }
}
