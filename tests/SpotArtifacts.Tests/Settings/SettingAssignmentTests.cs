using SpotArtifacts.Settings;

namespace SpotArtifacts.Tests.Settings;

public sealed class SettingAssignmentTests
{
    [Theory]
    [InlineData("a=1", "a", "1")]
    [InlineData(" a.b = 1, 2 ", "a.b", "1, 2")]
    [InlineData("a=b=c", "a", "b=c")]
    [InlineData("a=", "a", "")]
    public void Read_NameAndValue_AreSplitAtTheFirstEqualsSign(string assignment, string name, string text) =>
        Assert.Equal(new SettingAssignment(name, text), SettingAssignment.Read(assignment));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("=1")]
    public void Read_NoName_IsNull(string assignment) => Assert.Null(SettingAssignment.Read(assignment));

    [Theory]
    [InlineData("rat", "rate")]
    [InlineData("raet", "rate")]
    [InlineData("step", "steps")]
    [InlineData("batch", "deep.batch")] // The right name in the wrong section is nearer than a misspelling.
    public void Unknown_Name_NamesTheNearest(string name, string nearest) =>
        Assert.Equal($"there is no key '{name}'; the nearest known key is '{nearest}'.",
            SettingAssignment.Unknown(name, ["steps", "rate", "botches", "deep.batch"]));
}
