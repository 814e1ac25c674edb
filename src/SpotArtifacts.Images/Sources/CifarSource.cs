using System.Globalization;
using Microsoft.Win32.SafeHandles;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Images.Sources;

/// <summary>
/// One binary CIFAR file: records of one label byte (CIFAR-10) or two, coarse and fine (CIFAR-100), and 3,072 pixels: a red, a
/// green and a blue plane of 32 x 32, row by row. CIFAR-100's label is the fine one unless asked (Krizhevsky 2009; layout as on
/// the data set's page).
/// </summary>
internal sealed class CifarSource : IDecodedSource
{
    internal const int Side = 32;
    internal const int Pixels = 3 * Side * Side;
    private readonly SafeFileHandle _file;
    private readonly int _labelBytes;
    private readonly bool _coarse;
    private readonly byte[] _labels;

    private CifarSource(SafeFileHandle file, string path, int labelBytes, bool coarse, byte[] labels)
    {
        _file = file;
        Path = path;
        _labelBytes = labelBytes;
        _coarse = coarse;
        _labels = labels;
        ClassNames = ReadClassNames();
    }

    public string Kind => _labelBytes == 1 ? "CIFAR-10 binary" : _coarse ? "CIFAR-100 binary, coarse labels" : "CIFAR-100 binary";

    public string Path { get; }

    public int Count => _labels.Length;

    public LabelKind Labels => LabelKind.Numbers;

    public IReadOnlyList<string>? ClassNames { get; }

    public string Numbering => _labelBytes == 1 ? "CIFAR-10" : _coarse ? "CIFAR-100, coarse" : "CIFAR-100";

    /// <summary>Bytes of one record.</summary>
    internal static int RecordLength(int labelBytes) => labelBytes + Pixels;

    /// <param name="path">The file.</param>
    /// <param name="labelBytes">1: CIFAR-10; 2: CIFAR-100.</param>
    /// <param name="coarse">CIFAR-100 only: the coarse label of 20 instead of the fine one of 100.</param>
    /// <exception cref="ImageSetException">It is malformed.</exception>
    internal static CifarSource Open(string path, int labelBytes, bool coarse = false)
    {
        SafeFileHandle file = ImageFile.Open(path, FileOptions.RandomAccess);
        try
        {
            return new CifarSource(file, path, labelBytes, coarse, ReadLabels(file, path, labelBytes, coarse));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"{System.IO.Path.GetFileName(Path)}:{index}");

    public int Label(int index) => _labels[index];

    public RgbImage Load(int index)
    {
        byte[] planes = new byte[Pixels];
        if (ImageFile.ReadFully(_file, planes, (long)index * RecordLength(_labelBytes) + _labelBytes) < Pixels)
            throw new ImageFormatException(Name(index), "the file became shorter while it was read");
        RgbImage image = new(Side, Side);
        const int plane = Side * Side;
        for (int i = 0; i < plane; i++)
            (image.Pixels[3 * i], image.Pixels[3 * i + 1], image.Pixels[3 * i + 2]) =
                (planes[i], planes[plane + i], planes[2 * plane + i]);
        return image;
    }

    public void Dispose() => _file.Dispose();

    private static byte[] ReadLabels(SafeFileHandle file, string path, int labelBytes, bool coarse)
    {
        int record = RecordLength(labelBytes), classes = ClassesOf(labelBytes, coarse);
        long length = RandomAccess.GetLength(file);
        if (length == 0 || length % record != 0)
            throw new ImageSetException(
                $"{path}: {length} bytes are no CIFAR file, which has {record} for each image: it is cut " +
                "off or another format. Download it again.");
        byte[] labels = new byte[checked((int)(length / record))];
        Span<byte> bytes = stackalloc byte[labelBytes];
        for (int i = 0; i < labels.Length; i++)
        {
            if (ImageFile.ReadFully(file, bytes, (long)i * record) < labelBytes)
                throw new ImageSetException($"{path}: the file became shorter while it was read.");
            labels[i] = coarse ? bytes[0] : bytes[^1];
            if (labels[i] >= classes)
                throw new ImageSetException(
                    $"{path}: label {labels[i]} of image {i} is not in 0 to {classes - 1}: it is " +
                    "damaged or another format. Download it again.");
        }
        return labels;
    }

    private static int ClassesOf(int labelBytes, bool coarse) => labelBytes == 1 ? 10 : coarse ? 20 : 100;

    private string[]? ReadClassNames()
    {
        string names =
            System.IO.Path.Combine(
                System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!,
                _labelBytes == 1 ? "batches.meta.txt" : _coarse ? "coarse_label_names.txt" : "fine_label_names.txt");
        if (!File.Exists(names) || ImageFile.LongLength(names) > 1 << 16)
            return null;
        string[] lines = [.. ImageFile.Lines(names).Select(name => name.Trim()).Where(name => name.Length > 0)];
        return lines.Length == ClassesOf(_labelBytes, _coarse) ? lines
            : throw new ImageSetException($"{names}: {lines.Length} class names are not what {Kind} has. Download it again.");
    }
}
