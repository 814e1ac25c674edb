using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Features.Tests.Search;

public sealed class ApproximateIndexTests : IDisposable
{
    private const int Count = 25;
    private readonly FeatureFolder _folder = new();
    private readonly string[] _files;

    public ApproximateIndexTests()
    {
        try
        {
            ApproximateIndex.RequireLibrary();
        }
        catch (SpotException missing)
        {
            Assert.Skip(missing.Message);
        }
        _files = _folder.WriteImages("images", Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Search_SmallGallery_IsTheExactSearchs(bool half)
    {
        using SpotModel model = FeatureFolder.Load();
        using FeatureIndex index = Build(model, half);
        float[][] vectors = [.. _files.Select(file => model.Embed(file))];
        List<DecodingProgress> told = [];

        string path = ApproximateIndex.Build(
            index, new Reports<DecodingProgress>(told.Add), TestContext.Current.CancellationToken);

        Assert.Equal((ApproximateIndex.PathOf(index), new DecodingProgress(Count, Count, 0)), (path, told[^1]));
        using ApproximateIndex graph = ApproximateIndex.Open(index);
        Assert.Equal(
            index.Search(model, vectors, 5, TestContext.Current.CancellationToken).Select(Rows),
            graph.Search(model, vectors, 5, cancellation: TestContext.Current.CancellationToken).Select(Rows));
        Assert.Equal(Count, graph.Search(model, vectors[..1], 1000, 1, TestContext.Current.CancellationToken)[0].Count);
    }

    [Fact]
    public void Open_NoGraphOrADamagedOne_SaysHowToMakeIt()
    {
        using SpotModel model = FeatureFolder.Load();
        using FeatureIndex index = Build(model);
        string path = ApproximateIndex.PathOf(index);

        string missing = Assert.Throws<SpotException>(() => ApproximateIndex.Open(index)).Message;
        File.WriteAllBytes(path, new byte[300]);
        string damaged = Assert.Throws<SpotException>(() => ApproximateIndex.Open(index)).Message;

        Assert.Contains($"{path} is not there", missing, StringComparison.Ordinal);
        Assert.Contains(path, damaged, StringComparison.Ordinal);
        Assert.All((string[])[missing, damaged], message =>
            Assert.Contains($"spot search graph --index {index.Path}", message, StringComparison.Ordinal));
    }

    [Fact]
    public void Build_GraphIsThere_IsNotOverwritten()
    {
        using SpotModel model = FeatureFolder.Load();
        using FeatureIndex index = Build(model);
        string path = ApproximateIndex.Build(index, cancellation: TestContext.Current.CancellationToken);
        byte[] before = File.ReadAllBytes(path);

        Assert.Throws<OutputException>(
            () => ApproximateIndex.Build(index, cancellation: TestContext.Current.CancellationToken));

        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.False(File.Exists(path + ".partial"));
    }

    [Fact]
    public void Build_Stopped_LeavesNothing()
    {
        using SpotModel model = FeatureFolder.Load();
        using FeatureIndex index = Build(model);

        Assert.Throws<OperationCanceledException>(() => ApproximateIndex.Build(index, cancellation: new(canceled: true)));

        Assert.Empty(Directory.GetFiles(_folder.At("."), "*.usearch*"));
    }

    public void Dispose() => _folder.Dispose();

    private static string Rows(IReadOnlyList<SearchHit> hits) =>
        string.Join(' ', hits.Select(hit => $"{hit.Row}:{hit.Name}:{hit.Similarity:F4}"));

    private FeatureIndex Build(SpotModel model, bool half = false)
    {
        using ImageSet set = ImageSet.Open(_files);
        FeatureIndexBuilder.Build(
            model, set, new FeatureIndexOptions { Path = _folder.At("gallery.index"), Sources = _files, Half = half },
            cancellation: TestContext.Current.CancellationToken);
        return FeatureIndex.Open(_folder.At("gallery.index"));
    }
}
