using System.Text;
using SpotArtifacts.Images.Voc;

namespace SpotArtifacts.Images.Tests.Voc;

public sealed class VocAnnotationFileTests
{
    private const string Sound =
        "<annotation><size><width>100</width><height>50</height><depth>3</depth></size>OBJECT</annotation>";
    private const string Dog =
        "<object><name>dog</name><truncated>1</truncated><difficult>0</difficult>"
        + "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>100</xmax><ymax>50</ymax></bndbox></object>";

    [Fact]
    public void Parse_Objects_GivesClassBoxAndFlags()
    {
        VocAnnotation annotation =
            Parse(Dog + Dog.Replace("<difficult>0", "<difficult>1", StringComparison.Ordinal)
            .Replace("dog", "aeroplane", StringComparison.Ordinal));

        Assert.Equal((100, 50), (annotation.Width, annotation.Height));
        Assert.Equal(
            [new VocObject(11, new VocBox(1, 2, 100, 50), false, true), new VocObject(0, new VocBox(1, 2, 100, 50), true, true)],
            annotation.Objects);
    }

    [Fact]
    public void Parse_ObjectWithParts_LeavesThePartsOut()
    {
        string part =
            "<part><name>head</name><bndbox><xmin>3</xmin><ymin>3</ymin><xmax>4</xmax><ymax>4</ymax></bndbox></part></object>";
        VocObject one = Assert.Single(Parse(Dog.Replace("</object>", part, StringComparison.Ordinal)).Objects);
        Assert.Equal(new VocBox(1, 2, 100, 50), one.Box);
    }

    [Fact]
    public void Parse_CoordinateWithFraction_KeepsIt() =>
        Assert.Equal(
            45.70000076293945,
            Parse(Dog.Replace("<xmin>1<", "<xmin>45.70000076293945<", StringComparison.Ordinal)).Objects[0].Box.XMin);

    [Fact]
    public void Parse_FlagsAbsent_AreFalse()
    {
        VocObject one =
            Parse(Dog.Replace("<truncated>1</truncated><difficult>0</difficult>", "", StringComparison.Ordinal)).Objects[0];
        Assert.Equal((false, false), (one.Difficult, one.Truncated));
    }

    [Fact]
    public void Parse_UnknownClass_NamesItAndThoseThereAre() =>
        Refused(Dog.Replace("dog", "unicorn", StringComparison.Ordinal), "'unicorn'", "aeroplane");

    [Theory]
    [InlineData("<xmax>100<", "<xmax>101<")]
    [InlineData("<ymax>50<", "<ymax>51<")]
    [InlineData("<xmin>1<", "<xmin>0<")]
    [InlineData("<ymin>2<", "<ymin>-3<")]
    public void Parse_BoxOutsideOfTheImage_IsRefused(string sound, string wrong) =>
        Refused(Dog.Replace(sound, wrong, StringComparison.Ordinal), "leaves the image of 100 x 50");

    [Theory]
    [InlineData("<xmax>100<", "<xmax>0.5<")]
    [InlineData("<ymin>2<", "<ymin>51<")]
    public void Parse_InvertedBox_IsRefused(string sound, string wrong) =>
        Refused(Dog.Replace(sound, wrong, StringComparison.Ordinal), "is inverted");

    [Theory]
    [InlineData("abc")]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("1e3")]
    [InlineData("1,5")]
    [InlineData("0x10")]
    public void Parse_NonNumericCoordinate_NamesFieldAndText(string text) =>
        Refused(Dog.Replace("<xmin>1<", $"<xmin>{text}<", StringComparison.Ordinal), "<xmin>", $"'{text}'");

    [Theory]
    [InlineData("<bndbox>", "<box>", "</bndbox>", "</box>")]
    [InlineData("<xmin>", "<x>", "</xmin>", "</x>")]
    [InlineData("<name>", "<n>", "</name>", "</n>")]
    public void Parse_ElementAbsent_NamesIt(string open, string otherOpen, string close, string otherClose) =>
        Refused(
            Dog.Replace(open, otherOpen, StringComparison.Ordinal).Replace(close, otherClose, StringComparison.Ordinal),
            $"has no {open}");

    [Fact]
    public void Parse_FlagOfAnotherValue_IsRefused() =>
        Refused(Dog.Replace("<difficult>0<", "<difficult>maybe<", StringComparison.Ordinal), "<difficult> is 'maybe'");

    [Fact]
    public void Parse_SizeOfZero_IsRefused() =>
        RefusedWhole(
            Sound.Replace("<width>100<", "<width>0<", StringComparison.Ordinal).Replace("OBJECT", "", StringComparison.Ordinal),
            "<width> is '0'");

    [Fact]
    public void Parse_OtherDocument_IsRefused() => RefusedWhole("<html/>", "<html>");

    [Fact]
    public void Parse_EmptyFile_IsRefused() => RefusedWhole("", "no well-formed XML");

    [Fact]
    public void Parse_CutOff_IsRefused() => RefusedWhole(Sound[..40], "no well-formed XML");

    [Fact]
    public void Parse_DocumentType_IsRefused() =>
        RefusedWhole("<!DOCTYPE annotation>" + Sound, "no well-formed XML without document type");

    [Fact]
    public void Parse_ExternalEntity_IsRefusedAndNotRead()
    {
        string secret = Path.GetTempFileName();
        try
        {
            File.WriteAllText(secret, "dog");
            string message =
                RefusedWhole(
                    $"<!DOCTYPE a [<!ENTITY x SYSTEM \"file://{secret}\">]>" +
                    Sound.Replace("OBJECT", Dog.Replace("dog", "&x;", StringComparison.Ordinal), StringComparison.Ordinal),
                    "document type");
            Assert.DoesNotContain("'dog'", message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(secret);
        }
    }

    [Fact]
    public void Parse_EntitiesThatExpand_AreRefused()
    {
        StringBuilder bomb = new("<!DOCTYPE a [<!ENTITY e0 \"lol\">");
        for (int i = 1; i < 10; i++)
            bomb.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"<!ENTITY e{i} \"{string.Concat(Enumerable.Repeat($"&e{i - 1};", 10))}\">");
        RefusedWhole(bomb + "]><annotation>&e9;</annotation>", "document type");
    }

    [Fact]
    public void Parse_NestedDeeply_IsRefused() => RefusedWhole(string.Concat(Enumerable.Repeat("<a>", 50_000)), "nested");

    [Fact]
    public void Parse_HugeFile_IsRefused() => RefusedWhole(Sound + new string(' ', VocAnnotationFile.MaxLength), "more than");

    private static VocAnnotation Parse(string objects) => ParseWhole(Sound.Replace("OBJECT", objects, StringComparison.Ordinal));

    private static VocAnnotation ParseWhole(string text) =>
        VocAnnotationFile.Parse(Encoding.UTF8.GetBytes(text), "some/000001.xml");

    private static void Refused(string objects, params string[] parts) =>
        RefusedWhole(Sound.Replace("OBJECT", objects, StringComparison.Ordinal), parts);

    private static string RefusedWhole(string text, params string[] parts)
    {
        string message = Assert.Throws<VocException>(() => ParseWhole(text)).Message;
        Assert.All(parts.Append("some/000001.xml"), part => Assert.Contains(part, message, StringComparison.Ordinal));
        return message;
    }
}
