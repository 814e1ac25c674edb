using SpotArtifacts.Settings;

namespace SpotArtifacts.Tests.Settings;

public sealed class SettingTextTests
{
    private static readonly SettingText<int> s_whole = SettingText.WholeNumber<int>();

    [Theory]
    [InlineData("1,-2,3")]
    [InlineData("1, -2 , 3")]
    [InlineData("[1, -2, 3]")]
    [InlineData("[1,-2,3]")]
    public void List_EitherForm_IsReadAndEachWritesItsOwn(string text)
    {
        Assert.True(SettingText.List(s_whole).TryRead(text, out IReadOnlyList<int> read));

        Assert.Equal([1, -2, 3], read);
        Assert.Equal("1,-2,3", SettingText.List(s_whole).Write(read));
        Assert.Equal("[1, -2, 3]", SettingText.List(s_whole, asYaml: true).Write(read));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("[")]
    [InlineData("[1, 2")]
    [InlineData("1, 2]")]
    [InlineData("1,,2")]
    [InlineData("1;2")]
    [InlineData("[[1]]")]
    public void List_Malformed_IsNotRead(string text) => Assert.False(SettingText.List(s_whole).TryRead(text, out _));

    [Theory]
    [InlineData(1e-5, "1E-05", "0.00001")]
    [InlineData(0.1 + 0.2, "0.30000000000000004", "0.30000000000000004")]
    [InlineData(1e-30, "1E-30", "1E-30")]
    [InlineData(1000, "1000", "1000")]
    public void Number_Written_ReadsBackToTheLastBit(double value, string shortest, string plain)
    {
        Assert.Equal((shortest, plain), (SettingText.Number.Write(value), SettingText.PlainNumber.Write(value)));
        Assert.True(SettingText.Number.TryRead(plain, out double read));
        Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(read));
    }

    [Theory]
    [InlineData("same", null, "same")]
    [InlineData("0.50", 0.5, "0.5")]
    public void NumberOr_WordOrNumber_IsReadAndWritten(string text, double? value, string written)
    {
        Assert.True(SettingText.NumberOr("same").TryRead(text, out double? read));

        Assert.Equal(value, read);
        Assert.Equal(written, SettingText.NumberOr("same").Write(read));
        Assert.False(SettingText.NumberOr("same").TryRead("other", out _));
    }

    [Fact]
    public void Name_OfAnEnumeration_IsSnakeCaseAndNoOther()
    {
        SettingText<Shade> text = SettingText.Name<Shade>();

        Assert.Equal("dark or very_light2", SettingText.Names<Shade>());
        Assert.All(Enum.GetValues<Shade>(), shade =>
        {
            Assert.True(text.TryRead(text.Write(shade), out Shade read));
            Assert.Equal(shade, read);
        });
        Assert.All(["", "1", "Dark", "veryLight2", "very-light2"], name => Assert.False(text.TryRead(name, out _)));
    }

    private enum Shade
    {
        Dark,
        VeryLight2,
    }
}
