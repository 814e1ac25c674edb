using SpotArtifacts.Images.Voc;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Tests.Evaluation;

namespace SpotArtifacts.Transfer.Tests.Voc;

/// <summary>Each protocol as a whole on a tiny devkit: it must find what is there, and say what moved its number.</summary>
public sealed class VocProtocolTests
{
    private static readonly string[] s_small = ["hidden=32", "dropout=0", "rescaling_batches=2", "rescaling_size=48"];

    [Fact]
    public void Svm_ColouredSquares_RanksThemAndSaysWhichCItChose()
    {
        using DrawnVoc voc = new(36, 24);

        ProtocolResult result = voc.Measure("voc07-svm", "costs=0.1,1,10", "crop=1");

        Assert.Equal(["conv1", "conv2", "conv3", "conv4", "conv5", "conv1", "conv2", "conv3", "conv4", "conv5"],
            result.Metrics.Select(m => m.Part));
        // Half of the images show a class: a guess would get about 0.5.
        Assert.InRange(DrawnVoc.Mean(result, "map_11point", "conv3"), 0.85, 1);
        Assert.InRange(DrawnVoc.Mean(result, "map_area", "conv3"), 0.85, 1);
        Assert.Contains("boat ", Fact(result, "C chosen, conv3"), StringComparison.Ordinal);
        Assert.Contains("boat, bus, cow", Fact(result, "classes in the mean"), StringComparison.Ordinal);
        Assert.Equal("VOC2007 trainval, 36 images", Fact(result, "training split"));
        Assert.Contains("sklearn", Fact(result, "AP rules"), StringComparison.Ordinal);
    }

    [Fact]
    public void Svm_FewerImagesThanFolds_SaysWhatToDo()
    {
        using DrawnVoc voc = new(2, 6);
        Assert.Contains("--set folds=", Assert.Throws<SpotException>(() => voc.Measure("voc07-svm", "costs=1,2")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("voc07-svm", "trainval", "test", "costs=0.1,1", "folds=2")]
    [InlineData("voc07-finetune", "trainval", "test", "steps=1", "batch=2", "crop=32", "test_crops=2", "frozen=5")]
    [InlineData("voc07-detection", "trainval", "test", "steps=1", "short_side=48", "long_side=64", "max_proposals=20")]
    [InlineData("voc12-segmentation", "train", "val", "steps=1", "accumulated=1", "kernel=1")]
    public void Evaluate_BySeveralProcesses_GivesWhatOneGives(string protocol, string train, string test, params string[] more)
    {
        using DrawnVoc voc = new(protocol == "voc07-svm" ? 60 : 12, 8, train, test); // features of more than one batch
        string[] settings = protocol == "voc07-svm" ? more : [.. s_small, .. more];
        ProtocolResult one = voc.Measure(protocol, [1, 2], settings);

        ProtocolResult[] shared = SharedWork.Run(3, share =>
        {
            using var data = new EvaluationData([voc.Root], [voc.Root]) { Share = share };
            return Assert.Single(new Evaluator(data, new EvaluationPlan([ProtocolRegistry.Find(protocol)], settings, [1, 2]),
                EvaluationProgress.None).Run([EvaluationBench.Random()], TestContext.Current.CancellationToken));
        });

        Assert.All(shared, result =>
        {
            Assert.Equal(one.Metrics.Select(m => (m.Name, m.Part)), result.Metrics.Select(m => (m.Name, m.Part)));
            Assert.Equal(one.Metrics.SelectMany(m => m.Values), result.Metrics.SelectMany(m => m.Values));
            Assert.Equal(one.Facts, result.Facts);
        });
    }

    [Theory]
    [InlineData("voc07-finetune")]
    [InlineData("voc07-detection")]
    [InlineData("voc12-segmentation")]
    public void Run_ResNet_IsRefusedWithTheSettingBeforeAnythingIsMeasured(string protocol)
    {
        using DrawnVoc voc = new(6, 6);
        var evaluator = new Evaluator(voc.Data,
            new EvaluationPlan([ProtocolRegistry.Find("voc07-svm"), ProtocolRegistry.Find(protocol)], [], [1]),
            new EvaluationProgress(new Reports<ProgressReport>(_ => Assert.Fail("something was measured"))));

        SpotException refusal = Assert.Throws<SpotException>(() => evaluator.Run(
            [EvaluationBench.Random(), EvaluationBench.Random(TrunkKind.Resnet18)], TestContext.Current.CancellationToken));

        Assert.StartsWith($"{protocol}: random (test) has network.trunk resnet18", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FineTune_AlexNetWithBatchNorms_FoldsThemAllAndSaysSo()
    {
        using DrawnVoc voc = new(8, 6);
        ProtocolResult result = Assert.Single(new Evaluator(voc.Data,
            new EvaluationPlan([ProtocolRegistry.Find("voc07-finetune")],
                [.. s_small, "crop=32", "steps=2", "batch=2", "test_crops=1"], [1]), EvaluationProgress.None)
            .Run([EvaluationBench.Random(TrunkKind.AlexnetBn)], TestContext.Current.CancellationToken));

        Assert.StartsWith("all batch norms", Fact(result, "batch norm"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("calibrated")]
    [InlineData("none")]
    public void FineTune_ColouredSquares_LearnsThem(string rescaling)
    {
        using DrawnVoc voc = new(30, 20);

        ProtocolResult result = voc.Measure("voc07-finetune",
            [.. s_small, "crop=48", "steps=100", "batch=8", "rate=0.005", "min_scale=1", "max_scale=1.2", "test_crops=4",
            $"rescaling={rescaling}"]);

        Assert.Equal(("map_area", "4 crops"), (result.Metrics[0].Name, result.Metrics[0].Part));
        Assert.InRange(result.Metrics[0].Mean, 0.8, 1);
        Assert.InRange(DrawnVoc.Mean(result, "map_11point", "1 crop"), 0.7, 1);
        Assert.InRange(DrawnVoc.Mean(result, "ap_area", "cow"), 0.7, 1);
        Assert.Contains(rescaling == "none" ? "none" : "fc6, fc7, fc8; gradient ratios calibrated", Fact(result, "rescaling"),
            StringComparison.Ordinal);
        Assert.Contains("folded", Fact(result, "batch norm"), StringComparison.Ordinal);
    }

    [Fact]
    public void FineTune_SameSeed_GivesTheSameNumber()
    {
        using DrawnVoc voc = new(12, 9);
        string[] settings = [.. s_small, "crop=32", "steps=4", "batch=4", "test_crops=2", "frozen=5"];
        Assert.Equal(voc.Measure("voc07-finetune", [3], settings).Metrics.Select(m => m.Mean),
            voc.Measure("voc07-finetune", [3], settings).Metrics.Select(m => m.Mean));
    }

    [Theory]
    [InlineData("none", 0.3)] // cells of 16 pixels, squares of 18 to 27
    [InlineData("conv5", 0.4)]
    public void Segment_ColouredSquares_FindsTheirPixels(string skip, double least)
    {
        using DrawnVoc voc = new(16, 8, "train", "val");

        ProtocolResult result = voc.Measure("voc12-segmentation",
            [.. s_small, "steps=100", "accumulated=2", "rate=0.001", "kernel=3", $"skip={skip}", "mirror=true"]);

        // Background everywhere gives 0.193.
        Assert.Equal("miou", result.Metrics[0].Name);
        Assert.InRange(result.Metrics[0].Mean, least, 1);
        Assert.InRange(DrawnVoc.Mean(result, "iou", "background"), 0.6, 1);
        Assert.Contains("255", Fact(result, "rule"), StringComparison.Ordinal);
    }

    [Fact]
    public void Detect_ColouredSquares_FindsThem()
    {
        using DrawnVoc voc = new(16, 8);

        ProtocolResult result = voc.Measure("voc07-detection",
            [.. s_small, "steps=80", "rate=0.005", "short_side=96", "pooled=3", "frozen=0", "max_proposals=400"]);

        // Boxes drawn at random would get about 0.
        Assert.Equal("map_11point", result.Metrics[0].Name);
        Assert.InRange(result.Metrics[0].Mean, 0.3, 1);
        Assert.Contains("sliding windows", Fact(result, "proposals"), StringComparison.Ordinal);
        Assert.Equal(3, result.Metrics.Count(m => m.Name == "ap_11point"));
    }

    [Fact]
    public void Detect_ProposalsFromAFile_AreUsedAndRecorded()
    {
        using DrawnVoc voc = new(6, 4);
        using TemporaryFolder folder = new();
        VocDevkit devkit = VocDevkit.Open(voc.Root);
        string Boxes(string id) => string.Join(", ", devkit.ReadAnnotation(id).Objects.Select(o => o.Box)
            .Select(b => $"[{b.XMin - 1}, {b.YMin - 1}, {b.XMax - 1}, {b.YMax - 1}]").Append("[0, 0, 60, 9]"));
        string json = "{" + string.Join(", ", Enumerable.Range(0, 10).Select(i => $"\"{i:D6}\": [{Boxes($"{i:D6}")}]")) + "}";
        string path = folder.Write("p.json", System.Text.Encoding.UTF8.GetBytes(json));

        ProtocolResult result = voc.Measure("voc07-detection",
            [.. s_small, "steps=2", "short_side=64", "pooled=2", $"train_proposals={path}", $"test_proposals={path}"]);

        Assert.Contains(path, Fact(result, "proposals"), StringComparison.Ordinal);
        Assert.Contains("cover 100.0 %", Fact(result, "proposals"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("voc07-svm")]
    [InlineData("voc07-finetune")]
    [InlineData("voc07-detection")]
    [InlineData("voc12-segmentation")]
    public void CannotUse_OtherImages_SaysWhatIsNeeded(string protocol)
    {
        using var bench = new EvaluationBench();
        Assert.Contains("PASCAL VOC", ProtocolRegistry.Find(protocol).CannotUse(bench.Data)!, StringComparison.Ordinal);
        using DrawnVoc voc = new(2, 2);
        Assert.Null(ProtocolRegistry.Find(protocol).CannotUse(voc.Data));
        using var two = new EvaluationData([voc.Root, voc.Root], [voc.Root]);
        Assert.Contains("got 2 paths", ProtocolRegistry.Find(protocol).CannotUse(two)!, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_SplitThatIsAbsent_NamesItsFile()
    {
        using DrawnVoc voc = new(4, 2);
        Assert.Contains("nosuch.txt", Assert.Throws<VocException>(() => voc.Measure("voc07-svm", "test_split=nosuch")).Message,
            StringComparison.Ordinal);
    }

    private static string Fact(ProtocolResult result, string name) => result.Facts.Single(fact => fact.Name == name).Value;
}
