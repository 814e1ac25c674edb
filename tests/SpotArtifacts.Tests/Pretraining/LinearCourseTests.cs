using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class LinearCourseTests
{
    [Theory]
    [InlineData(0, 0.9)]
    [InlineData(25, 0.65)]
    [InlineData(50, 0.4)]
    public void At_WithAnEnd_GoesThereInAStraightLine(long step, double expected) =>
        Assert.Equal(expected, new LinearCourse(0.9, 0.4, 51).At(step), 12);

    [Theory]
    [InlineData(null, 100)]
    [InlineData(0.4, 1)]
    public void At_NowhereToGo_StaysAtTheStart(double? end, long steps) =>
        Assert.All([0, 7, 99], step => Assert.Equal(0.9, new LinearCourse(0.9, end, steps).At(step)));
}
