using System.Text;
using SpotArtifacts.Images.Voc;

namespace SpotArtifacts.Images.Tests.Voc;

public sealed class VocListFileTests
{
    [Fact]
    public void ParseSplit_Lines_GivesThemInOrder() =>
        Assert.Equal(["000005", "2007_000032", "000001"], VocListFile.ParseSplit("000005\r\n2007_000032  \n\n000001"u8, "l.txt"));

    [Fact]
    public void ParseLabels_PaddedValues_GivesThem()
    {
        IReadOnlyDictionary<string, int> labels = VocListFile.ParseLabels("000001 -1\n000002  0\n000003  1\n"u8, "l.txt");
        Assert.Equal((-1, 0, 1, 3), (labels["000001"], labels["000002"], labels["000003"], labels.Count));
    }

    [Theory]
    [InlineData("000001 2")]
    [InlineData("000001 -2")]
    [InlineData("000001 +-1")]
    [InlineData("000001 one")]
    [InlineData("000001 1.0")]
    public void ParseLabels_OtherValue_NamesLineAndValue(string line) =>
        Refused(() => VocListFile.ParseLabels(Encoding.UTF8.GetBytes("000000 1\n" + line), "l.txt"), "line 2", $"'{line[7..]}'");

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a\\b")]
    [InlineData("C:x")]
    [InlineData("a\0b")]
    [InlineData("näher")]
    public void ParseSplit_PathInsteadOfIdentifier_IsRefused(string id)
    {
        Refused(() => VocListFile.ParseSplit(Encoding.UTF8.GetBytes(id), "l.txt"), "line 1", "no image identifier");
        Refused(() => VocListFile.ParseLabels(Encoding.UTF8.GetBytes(id + " 1"), "l.txt"), "line 1", "no image identifier");
    }

    [Fact]
    public void ParseSplit_OverlongIdentifier_IsRefused() =>
        Refused(() => VocListFile.ParseSplit(Encoding.UTF8.GetBytes(new string('a', 129)), "l.txt"), "no image identifier");

    [Fact]
    public void ParseSplit_ListOfLabels_IsRefused() => Refused(() => VocListFile.ParseSplit("000001 1"u8, "l.txt"), "2 words");

    [Fact]
    public void ParseLabels_LabelAbsent_IsRefused() => Refused(() => VocListFile.ParseLabels("000001"u8, "l.txt"), "1 words");

    [Fact]
    public void ParseSplit_ImageTwice_NamesIt() =>
        Refused(() => VocListFile.ParseSplit("000001\n000002\n000001\n"u8, "l.txt"), "000001 is listed twice");

    [Fact]
    public void ParseSplit_Empty_IsRefused() => Refused(() => VocListFile.ParseSplit("\n \n"u8, "l.txt"), "names no image");

    [Fact]
    public void ParseSplit_HugeFile_IsRefused() =>
        Refused(() => VocListFile.ParseSplit(new byte[VocListFile.MaxLength + 1], "l.txt"), "more than");

    private static void Refused(Action parse, params string[] parts)
    {
        string message = Assert.Throws<VocException>(parse).Message;
        Assert.All(parts.Append("l.txt"), part => Assert.Contains(part, message, StringComparison.Ordinal));
    }
}
