using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Voc;

/// <summary>A task whose splits a devkit lists.</summary>
internal enum VocTask
{
    /// <summary>ImageSets/Main: classification and detection.</summary>
    Main,

    /// <summary>ImageSets/Segmentation.</summary>
    Segmentation,
}

/// <summary>
/// One year of a PASCAL VOC devkit, <c>VOCdevkit/VOC2007</c>: JPEGImages, Annotations, ImageSets/{Main,Segmentation},
/// SegmentationClass (Everingham et al., devkit documentation). Nothing is held open; every file is checked when it is read.
/// </summary>
internal sealed class VocDevkit
{
    internal const string Images = "JPEGImages";
    private const string Sets = "ImageSets", Annotations = "Annotations", Masks = "SegmentationClass";

    // The devkit's images are .jpg. Others are looked for so that sets without JPEG encoders can have the layout too.
    private static readonly string[] s_extensions = [".jpg", ".jpeg", ".png"];

    private VocDevkit(string root) => Root = root;

    /// <summary>The year's folder.</summary>
    public string Root { get; }

    /// <summary>Name of the year's folder, as VOC2007.</summary>
    public string Year => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Root)));

    /// <summary>Opens a year's folder, or the devkit's when it holds one year.</summary>
    /// <exception cref="VocException">It is neither, or holds several years.</exception>
    public static VocDevkit Open(string path) => FindYears(path) switch
    {
        [var year] => new VocDevkit(year),
        [] => throw new VocException(
            $"{path}: no PASCAL VOC devkit: neither it nor a folder VOC20?? in it has {Images} and {Sets}. Name " +
            "VOCdevkit/VOC2007 or VOCdevkit/VOC2012."),
        var years =>
        throw new VocException(
            $"{path}: the devkit holds {string.Join(", ", years.Select(Path.GetFileName))}. " +
            $"Name the year you want, as in {years[0]}."),
    };

    /// <summary>The folder itself when it is one year of a devkit, or the years in it.</summary>
    internal static IReadOnlyList<string> FindYears(string path)
    {
        static bool IsYear(string folder) =>
            Directory.Exists(Path.Combine(folder, Images)) && Directory.Exists(Path.Combine(folder, Sets));
        return IsYear(path) ? [path] : !Directory.Exists(path) ? []
            : [.. Directory.EnumerateDirectories(path, "VOC20??").Where(IsYear).Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether there is any list of images for a task.</summary>
    public bool HasLists(VocTask task)
    {
        string folder = Path.Combine(Root, Sets, task.ToString());
        return Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.txt").Any();
    }

    /// <summary>Whether a split is listed, as <c>trainval</c>.</summary>
    public bool HasSplit(VocTask task, string split) => VocListFile.IsIdentifier(split) && File.Exists(SplitPath(task, split));

    /// <summary>Identifiers of a split's images, in its order.</summary>
    /// <exception cref="VocException">The list is missing or malformed, or an image of it is absent.</exception>
    public IReadOnlyList<string> ReadSplit(VocTask task, string split)
    {
        string path = SplitPath(task, Checked(split));
        IReadOnlyList<string> ids = VocListFile.ParseSplit(Read(path, VocListFile.MaxLength, "split"), path);
        foreach (string id in ids)
            if (FindImage(id) is null)
                throw new VocException(
                    $"{path}: lists {id}, but {Path.Combine(Root, Images, id)}.jpg is absent. Unpack the devkit again, the " +
                    "test images of its year included.");
        return ids;
    }

    /// <summary>Whether a class of a split has its list of labels.</summary>
    public bool HasLabels(int classIndex, string split) =>
        VocListFile.IsIdentifier(split) && File.Exists(LabelPath(classIndex, split));

    /// <summary>A class's labels in a split: -1 absent, 0 difficult (not to be judged), 1 present.</summary>
    /// <exception cref="VocException">The list is missing or malformed.</exception>
    public IReadOnlyDictionary<string, int> ReadLabels(int classIndex, string split)
    {
        string path = LabelPath(classIndex, Checked(split));
        return VocListFile.ParseLabels(Read(path, VocListFile.MaxLength, "list of labels"), path);
    }

    /// <summary>All labels of a split's images: one row of 20 an image, -1 absent, 0 difficult, 1 present.</summary>
    /// <exception cref="VocException">A list is missing or malformed, or a class's list and the split name different
    /// images.</exception>
    public sbyte[][] ReadLabels(IReadOnlyList<string> ids, string split)
    {
        ArgumentNullException.ThrowIfNull(ids);
        sbyte[][] rows = [.. ids.Select(_ => new sbyte[VocClasses.Names.Count])];
        for (int c = 0; c < VocClasses.Names.Count; c++)
        {
            IReadOnlyDictionary<string, int> labels = ReadLabels(c, split);
            for (int i = 0; i < ids.Count; i++)
                rows[i][c] = labels.TryGetValue(ids[i], out int label) ? (sbyte)label
                    : throw new VocException(
                        $"{LabelPath(c, split)}: says nothing of image {ids[i]}, which " +
                        $"{split}.txt lists. Unpack the devkit again.");
            if (labels.Count != ids.Count)
                throw new VocException(
                    $"{LabelPath(c, split)}: has {labels.Count} images, {split}.txt {ids.Count}. Unpack the devkit again.");
        }
        return rows;
    }

    /// <summary>An image in full size.</summary>
    /// <exception cref="VocException">It is absent or damaged: a protocol's number would not be comparable without
    /// it.</exception>
    public RgbImage ReadImage(string id)
    {
        string path = FindImage(Checked(id)) ?? Path.Combine(Root, Images, id + s_extensions[0]);
        try
        {
            return ImageDecoder.Decode(Read(path, int.MaxValue, "image"), path);
        }
        catch (ImageFormatException damaged)
        {
            throw new VocException($"{damaged.Message}. Unpack the devkit again.", damaged);
        }
    }

    /// <summary>An image's objects.</summary>
    /// <exception cref="VocException">The annotation is missing or malformed.</exception>
    public VocAnnotation ReadAnnotation(string id)
    {
        string path = Path.Combine(Root, Annotations, Checked(id) + ".xml");
        return VocAnnotationFile.Parse(Read(path, VocAnnotationFile.MaxLength, "annotation"), path);
    }

    /// <summary>An image's segmentation mask.</summary>
    /// <param name="id">Identifier.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="height">Rows of the image.</param>
    /// <exception cref="VocException">The mask is missing, damaged, or of another size than the image.</exception>
    public IndexedImage ReadMask(string id, int width, int height)
    {
        string path = Path.Combine(Root, Masks, Checked(id) + ".png");
        IndexedImage mask = VocMaskFile.Parse(Read(path, VocMaskFile.MaxLength, "mask"), path);
        return mask.Width == width && mask.Height == height ? mask : throw new VocException(
            $"{path}: the mask has {mask.Width} x {mask.Height} pixels, its image {width} x {height}. Unpack the devkit again.");
    }

    /// <summary>Identifiers of all annotations, whatever the splits.</summary>
    internal IEnumerable<string> AnnotationIds() => Files(Annotations, ".xml");

    /// <summary>Identifiers of all masks, whatever the splits.</summary>
    internal IEnumerable<string> MaskIds() => Files(Masks, ".png");

    private IEnumerable<string> Files(string folder, string extension)
    {
        string path = Path.Combine(Root, folder);
        return !Directory.Exists(path) ? [] : Directory.EnumerateFiles(path, "*" + extension)
            .Select(file => Path.GetFileNameWithoutExtension(file)).Where(VocListFile.IsIdentifier).Order(StringComparer.Ordinal);
    }

    private string SplitPath(VocTask task, string split) => Path.Combine(Root, Sets, task.ToString(), split + ".txt");

    private string LabelPath(int classIndex, string split) =>
        Path.Combine(Root, Sets, nameof(VocTask.Main), $"{VocClasses.Names[classIndex]}_{split}.txt");

    private string? FindImage(string id) =>
        s_extensions.Select(extension => Path.Combine(Root, Images, id + extension)).FirstOrDefault(File.Exists);

    // The limit of every path that is put together here: what is no identifier never reaches the file system.
    private static string Checked(string name) => VocListFile.IsIdentifier(name) ? name
        : throw new VocException($"'{name}' is no name of an image or split: letters, digits, '_', '-' and '.' only.");

    private static byte[] Read(string path, int limit, string what)
    {
        try
        {
            if (!File.Exists(path))
                throw new VocException(
                    $"{path}: the {what} is missing. Unpack the devkit of its year whole; VOC2007 " +
                    "has its test half in an archive of its own.");
            long length = ImageFile.LongLength(path);
            if (length > limit)
                throw new VocException(
                    $"{path}: {length} bytes are more than the {limit} this file may have. Unpack the devkit again.");
            byte[] content = new byte[length];
            return ImageFile.TryRead(path, content) ? content
                : throw new VocException($"{path}: the file became shorter while it was read.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new VocException($"{path}: cannot be read ({failure.Message}). Check its permissions.", failure);
        }
    }
}
