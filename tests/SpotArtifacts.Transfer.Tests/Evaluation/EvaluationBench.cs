using System.Globalization;
using SpotArtifacts.Images;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Tests.Pretraining;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Tests.Evaluation;

/// <summary>A tiny run of one step a stage, and labelled images: two nearly plain colours that anything tells apart.</summary>
internal sealed class EvaluationBench : IDisposable
{
    private readonly TinyRun _tiny = new();
    private readonly TemporaryFolder _folder = new();

    internal EvaluationBench(int images = 24)
    {
        for (int i = 0; i < images; i++)
            _folder.Write(string.Create(CultureInfo.InvariantCulture, $"images/{i % 2}/{i:D3}.png"),
                PngFile.Encode(TestImages.Constant(10, 8, (byte)(200 * (i % 2)), (byte)(4 * i), 0)));
        Data = new EvaluationData([Images], [Images]);
    }

    internal string Images => _folder.At("images");

    internal EvaluationData Data { get; }

    internal string At(string name) => _folder.At(name);

    internal string Write(string name, byte[] content) => _folder.Write(name, content);

    /// <summary>A finished run.</summary>
    internal string Run(params string[] settings)
    {
        RunFolder run = _tiny.Create($"run{settings.Length}",
            TinyRun.Recipe(["autoencoding.steps=1", "spotting.steps=1", .. settings]));
        _tiny.Run(run);
        return run.Path;
    }

    /// <summary>The network of the preset fix32, with a trunk, before any training, without a run.</summary>
    internal static EvaluatedNetwork Random(TrunkKind trunk = TrunkKind.Alexnet) => new()
    {
        Name = "random",
        Kind = NetworkKind.Random,
        Recipe = Presets.Get("fix32") with { Network = Presets.Get("fix32").Network with { Trunk = trunk } },
        Weights = new SpotArtifacts.Checkpoints.Checkpoint(),
        Source = "test",
    };

    /// <summary>One protocol on one network.</summary>
    internal ProtocolResult Measure(string protocol, IReadOnlyList<ulong> seeds, params string[] settings) =>
        Assert.Single(new Evaluator(Data, new EvaluationPlan([ProtocolRegistry.Find(protocol)], settings, seeds),
            EvaluationProgress.None).Run([Random()], TestContext.Current.CancellationToken));

    public void Dispose()
    {
        Data.Dispose();
        _folder.Dispose();
        _tiny.Dispose();
    }
}
