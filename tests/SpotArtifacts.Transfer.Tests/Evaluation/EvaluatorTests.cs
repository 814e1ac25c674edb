using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Tests.Evaluation;

public sealed class EvaluatorTests : IDisposable
{
    private static readonly string[] s_short = ["epochs=30", "batch=8", "finetune.steps=2"];
    private readonly EvaluationBench _bench = new();

    [Theory]
    [InlineData("spotting.repair=distributed")]
    [InlineData("spotting.mask_weight=0")]
    [InlineData("spotting.corrupt=generator_from_noise")]
    [InlineData("network.trunk=alexnet_bn")]
    [InlineData("network.trunk=resnet18")]
    public void Run_EveryProtocolOnEveryNetworkOfARun_GivesNumbersBesideAllThatMovedThem(string setting)
    {
        string run = _bench.Run(setting);
        IReadOnlyList<EvaluatedNetwork> networks = NetworkSelection.Open(run, [$"again={run}"]);
        ITransferProtocol[] protocols = [.. ProtocolRegistry.All.Where(p => p.CannotUse(_bench.Data) is null)];

        IReadOnlyList<ProtocolResult> results =
            new Evaluator(_bench.Data, new EvaluationPlan(protocols, s_short, [1, 2]), EvaluationProgress.None)
            .Run(networks, TestContext.Current.CancellationToken);

        Assert.Equal(["random", "encoder", "again", "pre-trained"], networks.Select(n => n.Name));
        Assert.Equal(["linear-zhang", "linear-deepcluster", "linear-rotnet", "linear-probe", "knn", "finetune"],
            results.Select(r => r.Protocol).Distinct());
        // Fine-tuning has no meaning for the encoder.
        Assert.Equal(6 * 4 - 1, results.Count);
        // Two colours that anything tells apart, tested on what was trained on: whatever looks at features must find the classes
        // in them.
        Assert.All(results.Where(r => r.Protocol.StartsWith("linear", StringComparison.Ordinal)),
            result => Assert.InRange(result.Metrics.Where(m => m.Name == "top1").Max(m => m.Mean), 0.9, 1));
        Assert.All(results.SelectMany(r => r.Metrics).Where(m => m.Name == "recall@1").SelectMany(m => m.Values),
            value => Assert.Equal(1, value));
        Assert.All(results.Where(r => r.Protocol != "knn").Select(r => r.Metrics[0]),
            metric => Assert.Equal(2, metric.Values.Count));
        Assert.All(results, result => Assert.Superset(
            new HashSet<string> { "training images", "test images", "classes", "input", "seeds" },
            result.Facts.Select(f => f.Name).ToHashSet()));
        // The same weights give the same numbers.
        ProtocolResult[] again = [.. results.Where(r => r.Network == "again")],
        own = [.. results.Where(r => r.Network == "pre-trained")];
        Assert.Equal(own.SelectMany(r => r.Metrics).SelectMany(m => m.Values),
            again.SelectMany(r => r.Metrics).SelectMany(m => m.Values));
    }

    [Fact]
    public void Run_Twice_GivesTheSameNumbers() =>
        Assert.Equal(
            _bench.Measure("linear-rotnet", [1, 2], "epochs=2", "batch=8").Metrics.SelectMany(m => m.Values),
            _bench.Measure("linear-rotnet", [1, 2], "epochs=2", "batch=8").Metrics.SelectMany(m => m.Values));

    [Fact]
    public void Run_BySeveralProcesses_GivesWhatOneGives()
    {
        const int size = 7; // more than there are layers
        string[] settings = ["epochs=2", "choice_epochs=1", "batch=8", "finetune.steps=1", "finetune.rate=1e-3,1e-2",
            "finetune.labels=12,0", "linear-deepcluster.ten_crops=true", "linear-deepcluster.epoch=last"];
        // 24 good images on each side, and one that is none: stretches of decoding and batches do not begin at the same images.
        _bench.Write("images/0/001.png", [0x89, 0x50, 0x4E, 0x47]);
        EvaluationReport Measure(EvaluationData data) => EvaluationReport.Of(data, [EvaluationBench.Random()], new Evaluator(data,
            new EvaluationPlan([.. ProtocolRegistry.All.Where(p => p.CannotUse(data) is null)], settings, [1, 2]),
            EvaluationProgress.None).Run([EvaluationBench.Random()], TestContext.Current.CancellationToken));

        string[] shared = SharedWork.Run(size, share =>
        {
            using var data = new EvaluationData([_bench.Images], [_bench.Images]) { Share = share };
            return Measure(data).ToJson();
        });

        Assert.Equal([.. Enumerable.Repeat(Measure(_bench.Data).ToJson(), size)], shared);
    }

    [Fact]
    public void Constructor_ProtocolThatCannotUseTheImages_SaysWhy()
    {
        SpotException refused = Assert.Throws<SpotException>(() => _bench.Measure("stl10-10fold", [1]));

        Assert.Contains("stl10-10fold: needs STL-10's binaries", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_ImagesWithoutLabels_SaysWhy()
    {
        _bench.Write("images/loose.png", SpotArtifacts.Images.PngFile.Encode(TestImages.Constant(4, 4, 1, 2, 3)));

        Assert.Contains("have a label", Assert.Throws<SpotException>(() => _bench.Measure("knn", [1])).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _bench.Dispose();
}
