using SpotArtifacts.Engine;

namespace SpotArtifacts.Tests.Engine;

public sealed class SamePaddingTests
{
    public static TheoryData<int, int, int> Sizes()
    {
        TheoryData<int, int, int> data = [];
        foreach (int size in (int[])[1, 2, 5, 6, 7, 8, 15, 16, 32, 33])
            foreach (int kernel in (int[])[1, 2, 3, 5, 11])
                foreach (int stride in (int[])[1, 2, 4])
                    data.Add(size, kernel, stride);
        return data;
    }

    [Theory]
    [InlineData(32, 11, 4, 3, 4)]
    [InlineData(32, 11, 2, 4, 5)]
    [InlineData(32, 3, 2, 0, 1)]
    [InlineData(33, 3, 2, 1, 1)]
    [InlineData(5, 5, 1, 2, 2)]
    [InlineData(8, 1, 2, 0, 0)]
    [InlineData(6, 2, 4, 0, 0)]
    public void Of_HandComputed_Agrees(int size, int kernel, int stride, int before, int after) =>
        Assert.Equal(new SamePadding(before, after), SamePadding.Of(size, kernel, stride));

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Of_AnySize_CoversTheInputWithTheFewestWindows(int size, int kernel, int stride)
    {
        SamePadding padding = SamePadding.Of(size, kernel, stride);
        int windows = SamePadding.OutputSize(size, stride), padded = size + padding.Before + padding.After;

        Assert.Equal((int)Math.Ceiling(size / (double)stride), windows);
        Assert.InRange(padding.After - padding.Before, 0, 1);
        Assert.Equal(windows, (padded - kernel) / stride + 1);
        Assert.True(padding.After == 0 || (windows - 1) * stride + kernel == padded);
    }
}
