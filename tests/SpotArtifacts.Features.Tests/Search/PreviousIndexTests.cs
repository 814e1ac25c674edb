using System.Text.Json;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Features.Tests.Search;

/// <summary>
/// Indexes that the version on libtorch made: they are known to be of the same network, and are searched as before.
/// </summary>
public sealed class PreviousIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("gallery", 1e-5)]
    [InlineData("gallery-half", 1e-4)]
    public void Search_ItsIndex_FindsWhatItFound(string name, double tolerance)
    {
        using FeatureIndex index = FeatureIndex.Open(TestFiles.Previous("search", $"{name}.spotindex"),
            cancellation: TestContext.Current.CancellationToken);
        using SpotModel model = SpotModel.Load(TestFiles.Spotting, index.ModelOptions);
        using ImageSet queries = ImageSet.Open([TestFiles.Previous("queries.tar")]);

        SearchResults results = SearchResults.Of(index, model, queries, 5, cancellation: TestContext.Current.CancellationToken);

        using var before = JsonDocument.Parse(File.ReadAllText(TestFiles.Previous("search", $"{name}-query.json")));
        Assert.Equal(before.RootElement.GetProperty("precision").GetDouble(), results.Precision!.Value, 1e-9);
        JsonElement[][] found =
            [.. before.RootElement.GetProperty("queries").EnumerateArray()
                .Select(query => query.GetProperty("found").EnumerateArray().ToArray())];
        for (int i = 0; i < found.Length; i++)
            for (int j = 0; j < 5; j++)
            {
                SearchHit hit = results.Found[i][j];
                Assert.Equal(
                    (found[i][j].GetProperty("row").GetInt32(), found[i][j].GetProperty("name").GetString(),
                    found[i][j].GetProperty("label").GetInt32()), (hit.Row, hit.Name, hit.Label));
                Assert.Equal(found[i][j].GetProperty("similarity").GetDouble(), hit.Similarity, tolerance);
            }
    }

    [Fact]
    public void RequireSame_AveragesOfTheSameRun_AreRefused()
    {
        using FeatureIndex index = FeatureIndex.Open(TestFiles.Previous("search", "gallery.spotindex"),
            cancellation: TestContext.Current.CancellationToken);
        using SpotModel averages = SpotModel.Load(TestFiles.Model("spotting-ema"), index.ModelOptions);

        Assert.Contains("name the same network", Assert.Throws<SpotException>(() => index.RequireSame(averages)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Build_SameImages_WritesItsIndex()
    {
        using SpotModel model = SpotModel.Load(TestFiles.Spotting);
        using ImageSet images = ImageSet.Open([TestFiles.Previous("images.tar")]);

        FeatureIndexBuilder.Build(model, images,
            new FeatureIndexOptions { Path = _folder.At("index"), Sources = ["/tmp/spot-golden/images.tar"] },
            cancellation: TestContext.Current.CancellationToken);

        SafetensorsFile expected = SafetensorsFile.Read(TestFiles.Previous("search", "gallery.spotindex")),
            actual = SafetensorsFile.Read(_folder.At("index"));
        actual.Metadata["crc32c"] = expected.Metadata["crc32c"]; // of floats that differ in their last bits
        Assert.Equal(expected.Metadata, actual.Metadata);
        Assert.Equal(expected.Tensors.Keys, actual.Tensors.Keys);
        foreach ((string name, SafetensorsEntry entry) in expected.Tensors)
        {
            Assert.Equal((entry.Type, entry.Bytes.Length), (actual.Tensors[name].Type, actual.Tensors[name].Bytes.Length));
            if (entry.Type == "F32")
                TestFiles.AssertClose(entry.Floats(), actual.Tensors[name].Floats());
            else
                Assert.Equal(entry.Bytes.ToArray(), actual.Tensors[name].Bytes.ToArray());
        }
    }

    [Fact]
    public void Build_IndexItLeftUnfinished_IsContinued()
    {
        foreach (string file in Directory.EnumerateFiles(TestFiles.Previous("unfinished"), "gallery*"))
            File.Copy(file, _folder.At(Path.GetFileName(file)));
        using SpotModel model = SpotModel.Load(
            TestFiles.Spotting, new SpotModelOptions { Layer = FeatureLayer.Conv5, Pooling = FeaturePooling.Mean });
        using ImageSet images = ImageSet.Open([.. Enumerable.Repeat(TestFiles.Previous("images.tar"), 100)]);
        int begun = -1;
        FeatureIndexOptions options =
            new() { Path = _folder.At("gallery.spotindex"), Sources = [], Resume = true };

        FeatureExtractionResult result = FeatureIndexBuilder.Build(
            model, images, options, new Reports<DecodingProgress>(seen => begun = seen.Begun),
            TestContext.Current.CancellationToken);

        Assert.Equal((256, 2400), (begun, result.Rows));
        using FeatureIndex index = FeatureIndex.Open(options.Path, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((2400, "images.tar:023.png"), (index.Count, index.Name(2399)));
    }

    public void Dispose() => _folder.Dispose();
}
