using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Features.Tests;

/// <summary>Features as the version on libtorch computed and wrote them.</summary>
public sealed class PreviousVersionTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(FeatureLayer.Conv1)]
    [InlineData(FeatureLayer.Conv2)]
    [InlineData(FeatureLayer.Conv3)]
    [InlineData(FeatureLayer.Conv4)]
    [InlineData(FeatureLayer.Conv5)]
    public void Run_EveryLayer_GivesItsNumbers(FeatureLayer layer)
    {
        Compare($"{layer.Name()}-grid", new SpotModelOptions { Layer = layer }, "images.tar");
        Compare($"{layer.Name()}-full", new SpotModelOptions { Layer = layer, Pooling = FeaturePooling.Full }, "queries.tar",
            "flawed.tar");
    }

    [Theory]
    [InlineData("conv3-mean", FeaturePooling.Mean, false, "spotting")]
    [InlineData("conv3-max", FeaturePooling.Max, false, "spotting")]
    [InlineData("conv3-grid-l2", FeaturePooling.Grid, true, "spotting")]
    [InlineData("conv3-grid-ema", FeaturePooling.Grid, false, "spotting-ema")]
    [InlineData("conv3-grid", FeaturePooling.Grid, false, "features-only")]
    public void Run_OtherPoolingsAndWeights_GivesItsNumbers(
        string expected, FeaturePooling pooling, bool normalize, string model) =>
        Compare(expected, new SpotModelOptions { Layer = FeatureLayer.Conv3, Pooling = pooling, Normalize = normalize }, model,
            ["images.tar"]);

    [Theory]
    [InlineData("csv")]
    [InlineData("safetensors")]
    public void Run_OtherFormats_HaveItsForm(string extension)
    {
        string before = TestFiles.Previous("features", $"conv5-mean.{extension}"), now = _folder.At($"conv5-mean.{extension}");

        Write(
            now, new SpotModelOptions { Layer = FeatureLayer.Conv5, Pooling = FeaturePooling.Mean }, "spotting", ["images.tar"]);

        if (extension == "safetensors")
        {
            SafetensorsFile expected = SafetensorsFile.Read(before), actual = SafetensorsFile.Read(now);
            Assert.Equal(expected.Metadata, actual.Metadata);
            Assert.Equal(new FileInfo(before).Length, new FileInfo(now).Length);
            TestFiles.AssertClose(expected.Tensors["features"].Floats(), actual.Tensors["features"].Floats());
            return;
        }
        string[][] lines = [.. File.ReadLines(before).Select(line => line.Split(','))],
            written = [.. File.ReadLines(now).Select(line => line.Split(','))];
        Assert.Equal(lines[0], written[0]);
        Assert.Equal(lines.Select(line => (line[0], line[^1])), written.Select(line => (line[0], line[^1])));
        TestFiles.AssertClose(Numbers(lines), Numbers(written));
    }

    [Fact]
    public void Run_FileItLeftUnfinished_IsContinued()
    {
        foreach (string name in (string[])["rows.npy.partial", "rows.npy.partial.json", "rows.names.txt.partial"])
            File.Copy(TestFiles.Previous("unfinished", name), _folder.At(name));
        int begun = -1;

        Write(_folder.At("rows.npy"), new SpotModelOptions { Layer = FeatureLayer.Conv5, Pooling = FeaturePooling.Mean },
            "spotting", [.. Enumerable.Repeat("images.tar", 100)],
            seen => begun = seen.Begun);

        Assert.Equal(320, begun);
        float[] rows = TestFiles.Npy(_folder.At("rows.npy")),
            once = SafetensorsFile.Read(TestFiles.Previous("features", "conv5-mean.safetensors")).Tensors["features"].Floats()
            .ToArray();
        TestFiles.AssertClose([.. Enumerable.Repeat(once, 100).SelectMany(row => row)], rows);
        string sum = Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(_folder.At("rows.names.txt"))));
        Assert.Contains($"{sum}  rows.names.txt", File.ReadAllText(TestFiles.Previous("unfinished", "SHA256SUMS-when-finished")),
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private void Compare(string name, SpotModelOptions options, params string[] images) =>
        Compare(name, options, "spotting", images);

    private void Compare(string name, SpotModelOptions options, string model, string[] images)
    {
        string path = _folder.At($"{name}.npy");
        Write(path, options, model, images);
        float[] expected = TestFiles.Npy(TestFiles.Previous("features", $"{name}.npy")), actual = TestFiles.Npy(path);
        output.WriteLine($"{name}: {expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs):E1}");
        TestFiles.AssertClose(expected, actual);
        string names = images.Length == 1 ? "conv1-grid.names.txt" : "conv1-full.names.txt";
        Assert.Equal(File.ReadAllText(TestFiles.Previous("features", names)), File.ReadAllText(FeatureFiles.NamesOf(path)));
    }

    private static void Write(string path, SpotModelOptions options, string model, string[] images,
        Action<DecodingProgress>? progress = null)
    {
        using SpotModel loaded = SpotModel.Load(TestFiles.Model(model), options);
        using ImageSet set = ImageSet.Open([.. images.Select(name => TestFiles.Previous(name))]);
        FeatureExtraction.Run(loaded, set, new FeatureExtractionOptions { Path = path, Resume = true },
            Reports<DecodingProgress>.To(progress), TestContext.Current.CancellationToken);
    }

    private static float[] Numbers(string[][] lines) =>
        [.. lines.Skip(1).SelectMany(line => line[1..^1])
            .Select(text => float.Parse(text, System.Globalization.CultureInfo.InvariantCulture))];
}
