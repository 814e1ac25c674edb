using System.Globalization;
using System.Text;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Voc;

namespace SpotArtifacts.Tests.Support;

/// <summary>Writes a devkit in PASCAL VOC's exact layout, file by file.</summary>
internal sealed class VocDevkitBuilder
{
    private readonly Dictionary<string, List<(string Id, IReadOnlyList<VocObject> Objects)>> _splits = [];
    private readonly Dictionary<string, List<string>> _segmented = [];

    internal VocDevkitBuilder(string devkit, string year = "VOC2007")
    {
        Root = Path.Combine(devkit, year);
        foreach (
            string folder in (
                string[])["JPEGImages", "Annotations", "SegmentationClass", "ImageSets/Main", "ImageSets/Segmentation"])
            Directory.CreateDirectory(At(folder));
    }

    /// <summary>Folder of the year.</summary>
    internal string Root { get; }

    internal string At(string relative) => Path.Combine(Root, relative);

    /// <summary>Adds an image with its objects, and its mask where there is one (indices, as large as the image).</summary>
    internal void Add(string split, string id, RgbImage image, IReadOnlyList<VocObject> objects, byte[]? mask = null)
    {
        File.WriteAllBytes(At($"JPEGImages/{id}.jpg"), PngFile.Encode(image)); // content decides what it is decoded as
        File.WriteAllText(At($"Annotations/{id}.xml"), Annotation(id, image.Width, image.Height, objects));
        Listed(_splits, split).Add((id, objects));
        if (mask is null)
            return;
        File.WriteAllBytes(At($"SegmentationClass/{id}.png"), Mask(image.Width, image.Height, mask));
        Listed(_segmented, split).Add(id);
    }

    /// <summary>Writes ImageSets/.</summary>
    internal void WriteLists()
    {
        foreach ((string split, List<(string Id, IReadOnlyList<VocObject> Objects)> images) in _splits)
        {
            File.WriteAllLines(At($"ImageSets/Main/{split}.txt"), images.Select(image => image.Id));
            for (int c = 0; c < VocClasses.Names.Count; c++)
                File.WriteAllLines(
                    At($"ImageSets/Main/{VocClasses.Names[c]}_{split}.txt"),
                    images.Select(image => $"{image.Id} {Label(image.Objects, c),2}"));
        }
        foreach ((string split, List<string> ids) in _segmented)
            File.WriteAllLines(At($"ImageSets/Segmentation/{split}.txt"), ids);
    }

    /// <summary>1 with an object that is not difficult, 0 with difficult ones only, else -1: as the devkit's own lists.</summary>
    internal static int Label(IReadOnlyList<VocObject> objects, int classIndex) =>
        objects.Any(one => one.Class == classIndex && !one.Difficult) ? 1 : objects.Any(one => one.Class == classIndex) ? 0 : -1;

    internal static string Annotation(string id, int width, int height, IReadOnlyList<VocObject> objects)
    {
        StringBuilder xml =
            new($"<annotation>\n\t<folder>VOC2007</folder>\n\t<filename>{id}.jpg</filename>\n" +
                $"\t<size><width>{width}</width><height>{height}</height><depth>3</depth></size>\n\t<segmented>0</segmented>\n");
        foreach (VocObject one in objects)
            xml.Append(
                CultureInfo.InvariantCulture,
                $"\t<object>\n\t\t<name>{VocClasses.Names[one.Class]}</name>\n\t\t<pose>Left</pose>\n" +
                $"\t\t<truncated>{(one.Truncated ? 1 : 0)}</truncated>\n\t\t<difficult>{(one.Difficult ? 1 : 0)}</difficult>\n" +
                $"\t\t<bndbox><xmin>{one.Box.XMin}</xmin><ymin>{one.Box.YMin}</ymin>" +
                $"<xmax>{one.Box.XMax}</xmax><ymax>{one.Box.YMax}</ymax></bndbox>\n\t</object>\n");
        return xml.Append("</annotation>\n").ToString();
    }

    /// <summary>A palette PNG of 8 bits with 256 colours, as the devkit's.</summary>
    internal static byte[] Mask(int width, int height, ReadOnlySpan<byte> indices)
    {
        byte[] rows = new byte[height * (width + 1)];
        for (int y = 0; y < height; y++)
            indices.Slice(y * width, width).CopyTo(rows.AsSpan(y * (width + 1) + 1));
        byte[] palette = new byte[768];
        for (int i = 0; i < palette.Length; i++)
            palette[i] = (byte)(i * 7);
        return PngBuilder.Build(width, height, 8, 3, rows, palette);
    }

    private static List<T> Listed<T>(Dictionary<string, List<T>> lists, string split) =>
        lists.TryGetValue(split, out List<T>? list) ? list : lists[split] = [];
}
