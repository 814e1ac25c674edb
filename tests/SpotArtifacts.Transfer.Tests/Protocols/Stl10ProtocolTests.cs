using System.Text;
using SpotArtifacts.Images;
using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Tests.Evaluation;

namespace SpotArtifacts.Transfer.Tests.Protocols;

/// <summary>
/// On files of STL-10's exact layout, with 40 training images instead of 5,000: what is tested is who sees which images. All are
/// black, so that a head can only learn how frequent the classes of its own images are.
/// </summary>
public sealed class Stl10ProtocolTests : IDisposable
{
    private const int Record = 27_648, TrainImages = 40, TestImages = 55;
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void TenFold_Folds_GiveOneValueEachFromTheirOwnImages()
    {
        Write(folds: 10);

        ProtocolResult result = Measure("stl10-10fold", "epochs=3", "batch=2", "views=0");

        // The head of fold f has seen class f alone and says so of every test image, of which f + 1 are of that class.
        Assert.Equal(Enumerable.Range(0, 10).Select(f => (f + 1) / (double)TestImages), result.Metrics[0].Values);
        Assert.NotNull(result.Metrics[0].Deviation);
        Assert.Contains(result.Facts, fact => fact.Name == "folds"
            && fact.Value.StartsWith("10 of fold_indices.txt, 2 images", StringComparison.Ordinal));
    }

    [Fact]
    public void FiveThousand_AllImagesAtOnce_GivesOneValueASeed()
    {
        Write(folds: 10);

        ProtocolResult result = Measure("stl10-5k", "epochs=2", "batch=8", "views=1");

        Assert.Single(result.Metrics[0].Values);
        Assert.Contains(result.Facts, fact => fact.Value == "all training images at once; no folds");
        Assert.DoesNotContain(result.Facts, fact => fact.Name == "folds");
    }

    [Theory]
    [InlineData(9)]
    [InlineData(0)]
    public void TenFold_AnotherNumberOfFolds_IsRefused(int folds)
    {
        Write(folds);

        Assert.Contains($"found {folds}", Assert.Throws<SpotException>(() => Measure("stl10-10fold")).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private ProtocolResult Measure(string protocol, params string[] settings)
    {
        using var data = new EvaluationData(
            [_folder.At("train_X.bin")], [_folder.At("test_X.bin")], new() { Format = ImageSourceFormat.Stl10 });
        var plan = new EvaluationPlan([ProtocolRegistry.Find(protocol)], settings, [1]);
        return Assert.Single(new Evaluator(data, plan, EvaluationProgress.None)
            .Run([EvaluationBench.Random()], TestContext.Current.CancellationToken));
    }

    private void Write(string part, int[] labels)
    {
        _folder.Write($"{part}_X.bin", new byte[labels.Length * Record]);
        _folder.Write($"{part}_y.bin", [.. labels.Select(label => (byte)(label + 1))]);
    }

    private void Write(int folds)
    {
        Write("train", [.. Enumerable.Range(0, TrainImages).Select(i => i % 10)]);
        Write("test", [.. Enumerable.Range(0, 10).SelectMany(c => Enumerable.Repeat(c, c + 1))]);
        _folder.Write("class_names.txt",
            Encoding.ASCII.GetBytes(string.Join('\n', Enumerable.Range(0, 10).Select(i => $"class{i}"))));
        // Fold f: two images of class f.
        if (folds > 0)
            _folder.Write("fold_indices.txt",
                Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, folds).Select(f => $"{f} {f + 10}\n"))));
    }
}
