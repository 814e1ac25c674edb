using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Features.Tests.Search;

public sealed class FeatureIndexTests : IDisposable
{
    private const int Count = 25;
    private readonly FeatureFolder _folder = new();
    private readonly string[] _files;

    public FeatureIndexTests() => _files = _folder.WriteImages("images", Count);

    [Theory]
    [InlineData(false, 1e-5)]
    [InlineData(true, 2e-3)]
    public void Search_EveryImage_FindsItselfFirstAndTheRestInOrderOfTheCosine(bool half, double tolerance)
    {
        using SpotModel model = FeatureFolder.Load();
        using FeatureIndex index = Build(model, "gallery.index", half);
        float[][] vectors = [.. _files.Select(file => model.Embed(file))];

        IReadOnlyList<IReadOnlyList<SearchHit>> found = index.Search(model, vectors, 5, TestContext.Current.CancellationToken);

        double[][] expected = Cosines(vectors);
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal((i, _files[i], -1), (found[i][0].Row, found[i][0].Name, found[i][0].Label));
            int[] order = [.. Enumerable.Range(0, Count).OrderByDescending(j => expected[i][j]).Take(5)];
            for (int j = 0; j < 5; j++)
                Assert.Equal(expected[i][order[j]], found[i][j].Similarity, tolerance);
        }
        Assert.Equal(Count, index.Search(model, vectors[..1], 1000, TestContext.Current.CancellationToken)[0].Count);
    }

    [Fact]
    public void Of_LabelledSets_CountsHowOftenLabelsAgree()
    {
        foreach (string name in (string[])["a/1.png", "a/2.png", "b/3.png"])
            _folder.WriteFile($"labelled/{name}", PngFile.Encode(BlockImages.Draw(name[0])));
        using SpotModel model = FeatureFolder.Load();
        using ImageSet set = ImageSet.Open([_folder.At("labelled")]);
        FeatureIndexBuilder.Build(model, set,
            new FeatureIndexOptions { Path = _folder.At("labelled.index"), Sources = [_folder.At("labelled")] },
            cancellation: TestContext.Current.CancellationToken);
        using FeatureIndex index = FeatureIndex.Open(_folder.At("labelled.index"),
            cancellation: TestContext.Current.CancellationToken);

        SearchResults results = SearchResults.Of(index, model, set, 2, cancellation: TestContext.Current.CancellationToken);

        // Both pictures of a are one; b finds itself and one of a.
        Assert.Equal(5 / 6.0, results.Precision!.Value, 1e-9);
        RgbImage sheet = SearchSheet.Draw(index, [("query.png", set.Load(0))], results.Found);
        Assert.Equal(3 * 97 + 1, sheet.Width);
        File.Delete(_folder.At("labelled/a/1.png"));
        Assert.Contains("has changed",
            Assert.Throws<SpotException>(() => SearchSheet.Draw(index, [("query.png", sheet)], results.Found)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Search_AnotherNetworkOrLayer_IsRefused()
    {
        using SpotModel model = FeatureFolder.Load();
        using SpotModel other = SpotModel.Load(TestFiles.Model("rotation"), FeatureFolder.Conv3),
            layer = FeatureFolder.Load(FeatureFolder.Conv3 with { Layer = FeatureLayer.Conv4 });
        using FeatureIndex index = Build(model, "gallery.index");

        Assert.Contains($"network {model.Description.Network}, the queries' is {other.Description.Network}",
            Assert.Throws<SpotException>(() => index.Search(other, [], 1, TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);
        Assert.Contains("layer conv3, the queries' is conv4",
            Assert.Throws<SpotException>(() => index.RequireSame(layer)).Message, StringComparison.Ordinal);
        Assert.Equal(FeatureLayer.Conv3, index.ModelOptions.Layer);
    }

    [Fact]
    public void Open_OneBitChanged_IsFound()
    {
        using (SpotModel model = FeatureFolder.Load())
            Build(model, "gallery.index").Dispose();
        byte[] bytes = File.ReadAllBytes(_folder.At("gallery.index"));
        bytes[^(Count * 32)] ^= 1;
        string damaged = _folder.WriteFile("damaged.index", bytes), cut = _folder.WriteFile("cut.index", bytes[..^1]);

        Assert.Contains("damaged: its checksum", Assert.Throws<SpotException>(() => FeatureIndex.Open(damaged,
            cancellation: TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);
        Assert.Contains(cut, Assert.Throws<CheckpointException>(() => FeatureIndex.Open(cut,
            cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Contains("is no feature index",
            Assert.Throws<SpotException>(() =>
            FeatureIndex.Open(TestFiles.Previous("features", "conv5-mean.safetensors"),
                cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Contains("is not there", Assert.Throws<CheckpointException>(() => FeatureIndex.Open(_folder.At("absent"),
            cancellation: TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OtherVersion_SaysWhichThisProgramReads()
    {
        using (SpotModel model = FeatureFolder.Load())
            Build(model, "gallery.index").Dispose();
        SafetensorsFile file = SafetensorsFile.Read(_folder.At("gallery.index"));
        file.Metadata["version"] = "2";
        file.Write(_folder.At("new.index"));

        Assert.Contains("version 2, this program reads version 1",
            Assert.Throws<SpotException>(() => FeatureIndex.Open(_folder.At("new.index"),
                cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_StoppedAndResumed_LeavesNothingBehind()
    {
        using SpotModel model = FeatureFolder.Load(FeatureFolder.Conv3 with { BatchSize = 4 });
        using ImageSet set = ImageSet.Open([_folder.At("images")]);
        using CancellationTokenSource source = new();
        FeatureIndexOptions options =
            new() { Path = _folder.At("gallery.index"), Sources = [_folder.At("images")], Resume = true };
        Assert.Throws<OperationCanceledException>(() =>
            FeatureIndexBuilder.Build(
                model, set, options, new Reports<DecodingProgress>(_ => source.Cancel()), source.Token));

        FeatureIndexBuilder.Build(model, set, options, cancellation: TestContext.Current.CancellationToken);

        FeatureIndex.Open(options.Path, cancellation: TestContext.Current.CancellationToken).Dispose();
        Assert.Equal(["gallery.index"], Directory.EnumerateFiles(_folder.At("."), "gallery*").Select(Path.GetFileName));
        Assert.Contains("never overwritten",
            Assert.Throws<SpotException>(() =>
            FeatureIndexBuilder.Build(model, set, options, cancellation: TestContext.Current.CancellationToken)).Message,
                StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private FeatureIndex Build(SpotModel model, string name, bool half = false)
    {
        using ImageSet set = ImageSet.Open([_folder.At("images")]);
        FeatureIndexBuilder.Build(model, set,
            new FeatureIndexOptions { Path = _folder.At(name), Sources = [_folder.At("images")], Half = half },
            cancellation: TestContext.Current.CancellationToken);
        return FeatureIndex.Open(_folder.At(name));
    }

    // The definition, in double: standardised over the gallery, then the cosine.
    private static double[][] Cosines(float[][] vectors)
    {
        int dimensions = vectors[0].Length;
        double[][] standard = [.. vectors.Select(_ => new double[dimensions])];
        for (int d = 0; d < dimensions; d++)
        {
            double mean = vectors.Average(v => (double)v[d]),
                deviation = Math.Sqrt(vectors.Average(v => (v[d] - mean) * (v[d] - mean)));
            for (int i = 0; i < vectors.Length; i++)
                standard[i][d] = deviation > 1e-6 ? (vectors[i][d] - mean) / deviation : 0;
        }
        double Length(double[] v) => Math.Sqrt(v.Sum(x => x * x));
        return [.. standard.Select(a =>
            (double[])[.. standard.Select(b => a.Zip(b, (x, y) => x * y).Sum() / Length(a) / Length(b))])];
    }
}
