using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace SpotArtifacts.Images.Voc;

/// <summary>
/// Reads Annotations/ID.xml. No document type, no entities but XML's own five, nothing fetched from anywhere, bounded in size and
/// depth.
/// </summary>
internal static class VocAnnotationFile
{
    /// <summary>Largest file read: the devkit's own have a few KiB.</summary>
    internal const int MaxLength = 1 << 20;

    private const int MaxDepth = 16;

    /// <summary>Parses one annotation.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="path">For messages.</param>
    /// <exception cref="VocException">It is malformed, or says what cannot be.</exception>
    internal static VocAnnotation Parse(byte[] content, string path)
    {
        if (content.Length > MaxLength)
            throw new VocException(
                $"{path}: {content.Length} bytes are more than the {MaxLength} an annotation may have. {Remedy}");
        XElement root = Load(content, path);
        if (root.Name.LocalName != "annotation")
            throw new VocException($"{path}: the document is <{root.Name.LocalName}>, not <annotation>. {Remedy}");
        XElement size = Child(root, "size", path);
        int width = Whole(size, "width", path), height = Whole(size, "height", path);
        return new VocAnnotation(
            width, height, [.. root.Elements("object").Select(element => Object(element, width, height, path))]);
    }

    private const string Remedy = "Unpack the devkit again.";

    private static XElement Load(byte[] content, string path)
    {
        XmlReaderSettings settings = new()
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MaxLength,
            MaxCharactersFromEntities = 1024,
        };
        try
        {
            using MemoryStream stream = new(content, writable: false);
            CheckDepth(content, settings, path);
            using XmlReader reader = XmlReader.Create(stream, settings);
            return XElement.Load(reader);
        }
        catch (Exception malformed) when (
            malformed is XmlException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            throw new VocException(
                $"{path}: no well-formed XML without document type ({malformed.Message}). {Remedy}", malformed);
        }
    }

    // First without building anything: a tree a hundred thousand deep is cheap to write and dear to walk.
    private static void CheckDepth(byte[] content, XmlReaderSettings settings, string path)
    {
        using MemoryStream stream = new(content, writable: false);
        using XmlReader reader = XmlReader.Create(stream, settings);
        while (reader.Read())
            if (reader.Depth > MaxDepth)
                throw new VocException($"{path}: elements are nested more than {MaxDepth} deep. {Remedy}");
    }

    private static VocObject Object(XElement element, int width, int height, string path)
    {
        string name = Child(element, "name", path).Value.Trim();
        int index = VocClasses.IndexOf(name);
        if (index < 0)
            throw new VocException(
                $"{path}: '{Short(name)}' is not one of VOC's classes ({string.Join(", ", VocClasses.Names)}).");
        XElement corners = Child(element, "bndbox", path);
        VocBox box =
            new(Number(corners, "xmin", path), Number(corners, "ymin", path), Number(corners, "xmax", path),
            Number(corners, "ymax", path));
        string text =
            string.Create(CultureInfo.InvariantCulture, $"box x {box.XMin} to {box.XMax}, y {box.YMin} to {box.YMax} of {name}");
        if (box.XMax < box.XMin || box.YMax < box.YMin)
            throw new VocException($"{path}: {text} is inverted: xmin must not be above xmax, ymin not above ymax. {Remedy}");
        if (box.XMin < 1 || box.YMin < 1 || box.XMax > width || box.YMax > height)
            throw new VocException(
                $"{path}: {text} leaves the image of {width} x {height} pixels, which are counted from 1. {Remedy}");
        return new VocObject(index, box, Flag(element, "difficult", path), Flag(element, "truncated", path));
    }

    private static XElement Child(XElement parent, string name, string path) =>
        parent.Element(name) ?? throw new VocException($"{path}: <{parent.Name.LocalName}> has no <{name}>. {Remedy}");

    private static int Whole(XElement parent, string name, string path)
    {
        string text = Child(parent, name, path).Value.Trim();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            && value is >= 1 and <= 1_000_000 ? value
            : throw new VocException($"{path}: <{name}> is '{Short(text)}', not a number of pixels. {Remedy}");
    }

    // VOC2012 has a few coordinates with a fraction, such as 45.70000076293945.
    private static double Number(XElement parent, string name, string path)
    {
        string text = Child(parent, name, path).Value.Trim();
        return double.TryParse(
            text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double value)
            && double.IsFinite(value)
            ? value : throw new VocException($"{path}: <{name}> is '{Short(text)}', not a number. {Remedy}");
    }

    private static bool Flag(XElement parent, string name, string path)
    {
        string text = parent.Element(name)?.Value.Trim() ?? "0";
        return text switch
        {
            "0" or "" => false,
            "1" => true,
            _ => throw new VocException($"{path}: <{name}> is '{Short(text)}', neither 0 nor 1. {Remedy}"),
        };
    }

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
