using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Features.Tests.Extraction;

public sealed class FeatureExtractionTests : IDisposable
{
    private readonly FeatureFolder _folder = new();

    [Fact]
    public void Run_Npy_HasTheHeadNumPyExpectsAndARowForEachImage()
    {
        string[] files = _folder.WriteImages("images", 9);
        using SpotModel model = FeatureFolder.Load();
        string path = _folder.At("features.npy");

        FeatureExtractionResult result = Run(model, path);

        byte[] bytes = File.ReadAllBytes(path);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        Assert.Equal((byte[])[0x93, .. "NUMPY"u8, 1, 0], bytes[..8]);
        Assert.Equal(0, (10 + length) % 64);
        string head = Encoding.ASCII.GetString(bytes, 10, length);
        Assert.StartsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (9, 32), }", head, StringComparison.Ordinal);
        Assert.EndsWith(" \n", head, StringComparison.Ordinal);
        float[] rows = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(10 + length)).ToArray();
        Assert.Equal(9 * 32, rows.Length);
        for (int i = 0; i < files.Length; i++)
            AssertClose(model.Embed(files[i]), rows.AsSpan(32 * i, 32));
        Assert.Equal(files, File.ReadAllLines(_folder.At("features.names.txt")));
        Assert.Equal((9, 0), (result.Rows, result.Skipped.Count));
        Assert.Equal(["features.names.txt", "features.npy", "images"],
            Directory.EnumerateFileSystemEntries(_folder.At(".")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Run_NpyOfWholeGrids_IsReadByNumPy()
    {
        const string python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(python) && Python("import numpy").ExitCode == 0, "Debian's python3-numpy is not installed");
        _folder.WriteImages("images", 5);
        using SpotModel model = FeatureFolder.Load(
            FeatureFolder.Conv3 with { Layer = FeatureLayer.Conv2, Pooling = FeaturePooling.Full });
        string path = _folder.At("full.npy");

        Run(model, path);

        (int code, string output) = Python(
            $"import numpy; a = numpy.load('{path}'); print(a.shape, a.dtype, repr(float(a.sum(dtype='f8'))))");
        float[] rows = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path).AsSpan(128)).ToArray();
        Assert.Equal(0, code);
        string[] parts = output.Trim().Split(") ");
        Assert.Equal("(5, 6, 8, 8", parts[0]);
        Assert.StartsWith("float32 ", parts[1], StringComparison.Ordinal);
        Assert.Equal(
            rows.Sum(value => (double)value), double.Parse(parts[1]["float32 ".Length..], CultureInfo.InvariantCulture), 1e-6);

        (int ExitCode, string Output) Python(string program)
        {
            using Process process = Process.Start(
                new ProcessStartInfo(python, ["-c", program]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, text);
        }
    }

    [Fact]
    public void Run_Csv_HasNamesNumbersAndLabels()
    {
        foreach (string name in (string[])["images/a, b/1.png", "images/c/2.png"])
            _folder.WriteFile(name, PngFile.Encode(BlockImages.Draw(name.Length)));
        using SpotModel model = FeatureFolder.Load();

        Run(model, _folder.At("features.csv"));

        string[] lines = File.ReadAllLines(_folder.At("features.csv"));
        Assert.Equal(3, lines.Length);
        Assert.Equal($"filenames,{string.Join(',', Enumerable.Range(0, 32).Select(i => $"embedding_{i}"))},labels", lines[0]);
        Assert.StartsWith($"\"{_folder.At("images/a, b/1.png")}\",", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",1", lines[2], StringComparison.Ordinal);
        float[] numbers = [.. lines[2].Split(',')[1..^1].Select(text => float.Parse(text, CultureInfo.InvariantCulture))];
        AssertClose(model.Embed(_folder.At("images/c/2.png")), numbers);
        Assert.False(File.Exists(_folder.At("features.names.txt")));
    }

    [Fact]
    public void Run_Safetensors_SaysWhatTheFeaturesAre()
    {
        string[] files = _folder.WriteImages("images", 3);
        using SpotModel model = FeatureFolder.Load(
            FeatureFolder.Conv3 with { Layer = FeatureLayer.Conv4, Pooling = FeaturePooling.Max, Normalize = true });

        Run(model, _folder.At("features.safetensors"));

        SafetensorsFile file = SafetensorsFile.Read(_folder.At("features.safetensors"));
        Assert.Equal([3, 6], file.Tensors["features"].Shape);
        AssertClose(model.Embed(files[2]), file.Tensors["features"].Floats()[12..]);
        Assert.Equal(("conv4", "max", "true", model.Description.Network),
            (file.Metadata["layer"], file.Metadata["pooling"], file.Metadata["l2"], file.Metadata["network"]));
    }

    [Fact]
    public void Run_DamagedImage_HasNeitherRowNorNameAndIsListed()
    {
        string[] files = _folder.WriteImages("images", 110);
        _folder.WriteDamaged("images/0050b.png");
        using SpotModel model = FeatureFolder.Load(FeatureFolder.Conv3 with { BatchSize = 8 });

        FeatureExtractionResult result = Run(model, _folder.At("features.npy"));

        Assert.Equal(110, result.Rows);
        Assert.Equal(files, File.ReadAllLines(_folder.At("features.names.txt")));
        Assert.Equal(_folder.At("images/0050b.png"), Assert.Single(result.Skipped).Name);
        Assert.Contains("0050b.png\t", File.ReadAllText(_folder.At("features.skipped.txt")), StringComparison.Ordinal);
        float[] rows = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(_folder.At("features.npy")).AsSpan(128)).ToArray();
        AssertClose(model.Embed(files[60]), rows.AsSpan(60 * 32, 32));
    }

    [Fact]
    public void Run_ImagesByARelativePath_ListsThemSoThatTheListCanBeRead()
    {
        string[] files = _folder.WriteImages("images", 3);
        Directory.CreateDirectory(_folder.At("out"));
        using SpotModel model = FeatureFolder.Load();
        using (ImageSet set = ImageSet.Open([Path.GetRelativePath(".", _folder.At("images"))]))
            FeatureExtraction.Run(model, set, new FeatureExtractionOptions { Path = _folder.At("out/features.npy") },
                cancellation: TestContext.Current.CancellationToken);

        using ImageSet again = ImageSet.Open([_folder.At("out/features.names.txt")]);

        Assert.Equal(files, Enumerable.Range(0, again.Count).Select(again.Name));
        Assert.Equal(40, again.Load(0).Width);
    }

    [Theory]
    [InlineData("features.npy")]
    [InlineData("features.csv")]
    [InlineData("features.safetensors")]
    [InlineData("features.parquet")]
    public void Run_StoppedKilledAndResumed_GivesTheBytesOfAnUndisturbedRun(string name)
    {
        _folder.WriteImages("images", 60);
        using SpotModel model = FeatureFolder.Load(FeatureFolder.Conv3 with { BatchSize = 4 });
        string undisturbed = _folder.At($"whole-{name}"), path = _folder.At(name);
        Run(model, undisturbed);

        Assert.Throws<OperationCanceledException>(() => RunUntil<OperationCanceledException>(model, path, 12));
        Assert.Throws<SpotException>(() => Run(model, path)); // --resume has to be asked for
        Assert.Throws<TimeoutException>(() => RunUntil<TimeoutException>(model, path, 40)); // as a kill: behind the last position
        Assert.False(File.Exists(path));
        int begun = -1;
        FeatureExtractionResult result = Run(model, path, resume: true, seen => begun = seen.Begun);

        Assert.InRange(begun, 12, 36);
        Assert.Equal(60, result.Rows);
        Assert.Equal(File.ReadAllBytes(undisturbed), File.ReadAllBytes(path));
        Assert.Empty(Directory.EnumerateFiles(_folder.At("."), "*partial*"));
        if (File.Exists(FeatureFiles.NamesOf(undisturbed)))
            Assert.Equal(File.ReadAllText(FeatureFiles.NamesOf(undisturbed)), File.ReadAllText(FeatureFiles.NamesOf(path)));
    }

    [Fact]
    public void Run_PartialFileOfOtherFeatures_IsRefused()
    {
        _folder.WriteImages("images", 20);
        using SpotModel model = FeatureFolder.Load(FeatureFolder.Conv3 with { BatchSize = 4 }),
            other = FeatureFolder.Load(FeatureFolder.Conv3 with { BatchSize = 4, Layer = FeatureLayer.Conv5 });
        string path = _folder.At("features.npy");
        Assert.Throws<OperationCanceledException>(() => RunUntil<OperationCanceledException>(model, path, 8));

        string message = Assert.Throws<SpotException>(() => Run(other, path, resume: true)).Message;

        Assert.Contains("layer=conv3", message, StringComparison.Ordinal);
        Assert.Contains("layer=conv5", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FileThatExists_IsNotOverwritten()
    {
        _folder.WriteImages("images", 3);
        using SpotModel model = FeatureFolder.Load();
        string path = _folder.WriteFile("features.npy", [1]);

        Assert.Contains(
            "never overwritten", Assert.Throws<SpotException>(() => Run(model, path)).Message, StringComparison.Ordinal);
        Assert.Equal([1], File.ReadAllBytes(path));
        Assert.Contains(".npy, .csv, .safetensors or .parquet",
            Assert.Throws<SpotException>(() => Run(model, _folder.At("features.txt"))).Message, StringComparison.Ordinal);
        Assert.Contains("no folder", Assert.Throws<SpotException>(() => Run(model, _folder.At("absent/features.npy"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ManyDamagedImages_ComputesTheOthers()
    {
        _folder.WriteImages("images", 20);
        for (int i = 0; i < 5; i++)
            _folder.WriteDamaged($"images/x{i}.png");
        using SpotModel model = FeatureFolder.Load();

        FeatureExtractionResult result = Run(model, _folder.At("features.npy"));

        Assert.Equal((20, 5), (result.Rows, result.Skipped.Count));
    }

    [Fact]
    public void Run_NoGoodImage_NamesOneAndLeavesNothingToResume()
    {
        _folder.WriteDamaged("images/x.png");
        using SpotModel model = FeatureFolder.Load();

        string message = Assert.Throws<SpotException>(() => Run(model, _folder.At("features.npy"))).Message;

        Assert.Contains($"none of 1 images is good: {_folder.At("images/x.png")} (", message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.At(""), "*.partial*"));
    }

    public void Dispose() => _folder.Dispose();

    private FeatureExtractionResult Run(
        SpotModel model, string path, bool resume = false, Action<DecodingProgress>? progress = null,
        CancellationTokenSource? stop = null)
    {
        using ImageSet set = ImageSet.Open([_folder.At("images")]);
        return FeatureExtraction.Run(model, set,
            new FeatureExtractionOptions { Path = path, Resume = resume, SaveEvery = 8 },
            Reports<DecodingProgress>.To(progress), stop?.Token ?? TestContext.Current.CancellationToken);
    }

    private void RunUntil<TException>(SpotModel model, string path, int images) where TException : Exception, new()
    {
        using CancellationTokenSource source = new();
        Run(model, path, resume: true, progress: progress =>
        {
            if (progress.Done < images)
                return;
            if (typeof(TException) == typeof(OperationCanceledException))
                source.Cancel();
            else
                throw new TException();
        }, stop: source);
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-4f * Math.Max(1, Math.Abs(expected[i])));
    }
}
