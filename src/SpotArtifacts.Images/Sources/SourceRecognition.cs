using SpotArtifacts.Images.Files;
using SpotArtifacts.Images.Voc;

namespace SpotArtifacts.Images.Sources;

/// <summary>
/// Finds out from a path's content what it is. What could be two things is an error that names the flag to settle it.
/// </summary>
internal static class SourceRecognition
{
    private const string Flag = "--images-format";
    private const int HeadLength = 4096;

    /// <summary>Opens what one path stands for: several sources for a pattern or a folder of shards.</summary>
    /// <exception cref="ImageSetException">It is missing, nothing known, or ambiguous.</exception>
    internal static IEnumerable<IListedSource> Open(string pattern, SourceOptions options)
    {
        foreach (string path in PathPattern.Expand(pattern))
        {
            if (Directory.Exists(path))
            {
                foreach (IListedSource source in OpenFolder(path, options))
                    yield return source;
            }
            else if (File.Exists(path))
                yield return OpenFile(path, options);
            else
                throw new ImageSetException(
                    $"{path}: no such file or folder. Check the spelling and, on a cluster, that it is mounted.");
        }
    }

    private static IEnumerable<IListedSource> OpenFolder(string path, SourceOptions options)
    {
        ImageSourceFormat format = options.Format == ImageSourceFormat.Auto ? RecognizeFolder(path, options) : options.Format;
        return format switch
        {
            ImageSourceFormat.Folder => [FolderSource.Open(path, options)],
            ImageSourceFormat.Tar => OpenShards(path, options),
            ImageSourceFormat.Voc => [VocSource.Open(path, options)],
            _ => throw new ImageSetException(
                $"{path}: a folder cannot be read as {Name(format)}. Name the file itself, or another {Flag}."),
        };
    }

    private static IEnumerable<IListedSource> OpenShards(string path, SourceOptions options)
    {
        LeftOut leftOut = new();
        foreach (string _ in ImageFolder.List(path, options, leftOut, besideShards: true))
            leftOut.AddFile("image beside the shards");
        options.Remarks.AddRange(leftOut.Lines(path, "file"));
        return Shards(path).Select(shard => TarSource.Open(shard, options));
    }

    private static ImageSourceFormat RecognizeFolder(string path, SourceOptions options)
    {
        if (VocDevkit.FindYears(path).Count > 0)
            return ImageSourceFormat.Voc;
        string[] binaries = [.. Directory.EnumerateFiles(path, "*.bin").Order(StringComparer.Ordinal)];
        string[] images =
            [.. binaries.Where(file => File.Exists(file) && ImageFile.OddType(file) is null && Fits(file).Count > 0)];
        if (images.Length > 0)
            throw new ImageSetException(
                $"{path}: the folder holds {images.Length} binary file(s) of images, training and test images apart. Name the " +
                $"ones you want, as in {images[0]}.");
        if (Shards(path).Length == 0)
            return ImageSourceFormat.Folder;
        return ImageFolder.List(path, options, new LeftOut()).Any()
            ? throw new ImageSetException(
                $"{path}: the folder holds both images and .tar shards. Say which are meant: {Flag} folder or {Flag} tar.")
            : ImageSourceFormat.Tar;
    }

    private static IListedSource OpenFile(string path, SourceOptions options)
    {
        if (ImageFile.OddType(path) is { } odd)
            throw new ImageSetException(
                $"{path}: this is a {odd}, no regular file, and is not opened. Write what it gives into a file and name that.");
        ImageSourceFormat format = options.Format == ImageSourceFormat.Auto ? RecognizeFile(path) : options.Format;
        return format switch
        {
            ImageSourceFormat.Folder => FileListSource.OfOne(path),
            ImageSourceFormat.List => FileListSource.Open(path, options),
            ImageSourceFormat.Tar => TarSource.Open(path, options),
            ImageSourceFormat.Stl10 => Stl10Source.Open(path),
            ImageSourceFormat.Cifar10 => CifarSource.Open(path, 1),
            ImageSourceFormat.Cifar100 => CifarSource.Open(path, 2),
            ImageSourceFormat.Cifar100Coarse => CifarSource.Open(path, 2, coarse: true),
            ImageSourceFormat.Packed => PackedSource.Open(path),
            _ => throw new ImageSetException(
                $"{path}: a file cannot be read as {Name(format)}. Name its folder, or another {Flag}."),
        };
    }

    private static ImageSourceFormat RecognizeFile(string path)
    {
        // A name decides only where the content says the same or nothing: a damaged image is still meant to be one.
        if (ImageFileName.IsTar(path))
            return ImageSourceFormat.Tar;
        if (ImageFileName.IsImage(path))
            return ImageSourceFormat.Folder;
        byte[] head = ImageFile.Head(path, HeadLength);
        if (PackedSource.IsPacked(head))
            return ImageSourceFormat.Packed;
        if (head.Length >= 262 && head.AsSpan(257, 5).SequenceEqual("ustar"u8)
            || head.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b, 8]))
            return ImageSourceFormat.Tar;
        if (ImageDecoder.Recognize(head) != ImageFormat.Unknown)
            return ImageSourceFormat.Folder;
        List<ImageSourceFormat> fits = path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) ? Fits(path) : [];
        if (fits.Count > 1)
            throw new ImageSetException(
                $"{path}: its size fits {string.Join(" and ", fits.Select(Name))}. Say which is meant: " +
                $"{string.Join(" or ", fits.Select(f => $"{Flag} {Name(f)}"))}.");
        if (fits.Count == 1)
            return fits[0];
        if (UnreadKinds.OfContent(head) is { } kind && UnreadKinds.Remedy(kind) is { } remedy)
            throw new ImageSetException($"{path}: {remedy}.");
        if (WhyNoBinary(path, head) is { } why)
            throw new ImageSetException($"{path}: {why}");
        return head.Length > 0 && IsText(head) ? ImageSourceFormat.List : throw new ImageSetException(
            $"{path}: neither an image ({ImageFileName.List}) nor a shard (.tar, .tar.gz), a list of files, an STL-10 or a " +
            "CIFAR binary, by its name or its content. " +
            $"Leave it out, or say what it is: {Flag} FORMAT.");
    }

    /// <summary>
    /// The formats of fixed-size records a file's size is a multiple of; for STL-10 the name tells labels from images.
    /// </summary>
    private static List<ImageSourceFormat> Fits(string path)
    {
        long length = ImageFile.LongLength(path);
        List<ImageSourceFormat> fits = [];
        if (length == 0)
            return fits;
        if (length % Stl10Source.RecordLength == 0)
            fits.Add(ImageSourceFormat.Stl10);
        if (length % CifarSource.RecordLength(1) == 0)
            fits.Add(ImageSourceFormat.Cifar10);
        if (length % CifarSource.RecordLength(2) == 0)
            fits.Add(ImageSourceFormat.Cifar100);
        return fits;
    }

    /// <summary>What is wrong with a file that is meant to be a data set's binary; null where it is none.</summary>
    private static string? WhyNoBinary(string path, ReadOnlySpan<byte> head)
    {
        // Python's pickle, protocol 2 and later, as in cifar-10-python.tar.gz: never unpacked, for that runs what stands in it.
        if (head.Length > 2 && head[0] == 0x80 && head[1] is >= 2 and <= 5)
            return "this is a Python pickle, which is not read. Download CIFAR's binary version (cifar-10-binary.tar.gz, "
                + "cifar-100-binary.tar.gz) instead.";
        if (!path.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) || IsText(head))
            return null;
        string name = Path.GetFileName(path);
        (string kind, int record) = name.EndsWith("_X.bin", StringComparison.Ordinal) ? ("an STL-10", Stl10Source.RecordLength)
            : name is "train.bin" or "test.bin" ? ("a CIFAR-100", CifarSource.RecordLength(2))
            : name.Contains("batch", StringComparison.Ordinal) ? ("a CIFAR-10", CifarSource.RecordLength(1))
            : ("", 0);
        long length = ImageFile.LongLength(path);
        return record > 0
            ? $"{length} bytes are no whole number of images of {record} bytes: {kind} binary that is cut off. Download it again."
            : $"{length} bytes are no whole number of images of STL-10 ({Stl10Source.RecordLength} bytes), CIFAR-10 "
                + $"({CifarSource.RecordLength(1)}) or CIFAR-100 ({CifarSource.RecordLength(2)}): a binary that is cut off, or "
                + "none.";
    }

    private static string[] Shards(string path) =>
        [.. Directory.EnumerateFiles(path).Where(ImageFileName.IsTar).Order(StringComparer.Ordinal)];

    private static bool IsText(ReadOnlySpan<byte> head)
    {
        // The last character may be cut in two by the end of what was read.
        for (int cut = 0; cut < 4 && cut < head.Length; cut++)
            if (System.Text.Unicode.Utf8.IsValid(head[..^cut]))
                return !head.ContainsAnyInRange((byte)0, (byte)8);
        return false;
    }

    private static string Name(ImageSourceFormat format) => format.ToString().ToLowerInvariant();
}
