using System.Globalization;
using Microsoft.Win32.SafeHandles;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Sources;

/// <summary>
/// One STL-10 file of images (train_X.bin, test_X.bin, unlabeled_X.bin): 27,648 bytes each, a red, a green and a blue plane of 96
/// x 96 whose bytes run down the columns. Beside it may stand X_y.bin with a label byte of 1 to 10 for each image,
/// class_names.txt and fold_indices.txt (Coates, Lee, Ng 2011; layout as read by torchvision's datasets/stl10.py).
/// </summary>
internal sealed class Stl10Source : IDecodedSource
{
    internal const int Side = 96;
    internal const int RecordLength = 3 * Side * Side;
    private const int ClassCount = 10;
    private readonly SafeFileHandle _file;
    private readonly byte[]? _labels;

    private Stl10Source(SafeFileHandle file, string path, int count)
    {
        _file = file;
        Path = path;
        Count = count;
        string stem = path.EndsWith("_X.bin", StringComparison.Ordinal) ? path[..^6] : path;
        _labels = ReadLabels(stem + "_y.bin");
        ClassNames = ReadClassNames(Sibling("class_names.txt"));
        Folds = System.IO.Path.GetFileName(Path) == "train_X.bin" ? ReadFolds(Sibling("fold_indices.txt")) : null;
    }

    public string Kind => "STL-10 binary";

    public string Path { get; }

    public int Count { get; }

    public LabelKind Labels => _labels is null ? LabelKind.None : LabelKind.Numbers;

    public IReadOnlyList<string>? ClassNames { get; }

    public string Numbering => "STL-10";

    /// <summary>The ten predefined training folds of 1,000 images, where fold_indices.txt stands beside train_X.bin.</summary>
    internal IReadOnlyList<int[]>? Folds { get; }

    /// <exception cref="ImageSetException">It or a file beside it is malformed.</exception>
    internal static Stl10Source Open(string path)
    {
        SafeFileHandle file = ImageFile.Open(path, FileOptions.RandomAccess);
        try
        {
            long length = RandomAccess.GetLength(file);
            if (length == 0 || length % RecordLength != 0)
                throw new ImageSetException(
                    $"{path}: {length} bytes are no STL-10 file, which has {RecordLength} for each image: it is cut off or " +
                    "another format. Download it again.");
            return new Stl10Source(file, path, checked((int)(length / RecordLength)));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"{System.IO.Path.GetFileName(Path)}:{index}");

    public int Label(int index) => _labels is null ? -1 : _labels[index] - 1;

    public RgbImage Load(int index)
    {
        byte[] planes = new byte[RecordLength];
        if (ImageFile.ReadFully(_file, planes, (long)index * RecordLength) < RecordLength)
            throw new ImageFormatException(Name(index), "the file became shorter while it was read");
        RgbImage image = new(Side, Side);
        for (int channel = 0; channel < 3; channel++)
            for (int x = 0; x < Side; x++)
                for (int y = 0; y < Side; y++)
                    image.Pixels[3 * (y * Side + x) + channel] = planes[(channel * Side + x) * Side + y];
        return image;
    }

    public void Dispose() => _file.Dispose();

    private string Sibling(string name) =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!, name);

    private byte[]? ReadLabels(string labelPath)
    {
        if (!File.Exists(labelPath))
            return null;
        if (ImageFile.LongLength(labelPath) is var length && length != Count)
            throw new ImageSetException(
                $"{labelPath}: {length} labels for {Count} images of {Path}. Download both again.");
        byte[] bytes = File.ReadAllBytes(labelPath);
        int bad = Array.FindIndex(bytes, label => label is < 1 or > ClassCount);
        return bad < 0 ? bytes
            : throw new ImageSetException(
                $"{labelPath}: label {bytes[bad]} of image {bad} is not in 1 to {ClassCount}. Download it again.");
    }

    private static string[]? ReadClassNames(string namesPath)
    {
        if (!File.Exists(namesPath) || ImageFile.LongLength(namesPath) > 1 << 16)
            return null;
        string[] names = [.. ImageFile.Lines(namesPath).Select(name => name.Trim()).Where(name => name.Length > 0)];
        return names.Length == ClassCount ? names
            : throw new ImageSetException(
                $"{namesPath}: {names.Length} names, STL-10 has {ClassCount} classes. Download it again.");
    }

    private List<int[]>? ReadFolds(string foldsPath)
    {
        if (!File.Exists(foldsPath) || ImageFile.LongLength(foldsPath) > 1 << 24)
            return null;
        List<int[]> folds = [];
        foreach (string line in ImageFile.Lines(foldsPath).Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            int[] fold = new int[parts.Length];
            for (int i = 0; i < parts.Length; i++)
                if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out fold[i]) || fold[i] >= Count)
                    throw new ImageSetException(
                        $"{foldsPath}, fold {folds.Count}: '{parts[i]}' is not the number of an " +
                        $"image (0 to {Count - 1}). Download it again.");
            folds.Add(fold);
        }
        return folds;
    }
}
