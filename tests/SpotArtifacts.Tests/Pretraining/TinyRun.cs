using System.Globalization;
using System.Text.Json.Nodes;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

/// <summary>A folder of small generated images, and pre-training runs of a few steps over them.</summary>
internal sealed class TinyRun : IDisposable
{
    private static readonly string[] s_sizes =
    [
        "batch_per_rank=4", "autoencoding.steps=5", "spotting.steps=5",
        "recording.metrics_every=1", "recording.samples_every=100", "recording.checkpoint_every=2",
    ];

    private readonly TemporaryFolder _folder = new();

    internal TinyRun(int images = 18)
    {
        for (int i = 0; i < images; i++)
            _folder.Write(string.Create(CultureInfo.InvariantCulture, $"images/{i:D4}.png"),
                SpotArtifacts.Images.PngFile.Encode(TestImages.Pattern(20, 20, i)));
    }

    internal string Images => _folder.At("images");

    internal LogLines Log { get; } = [];

    internal string At(string name) => _folder.At(name);

    internal void WriteDamagedImage(string name) =>
        _folder.Write(Path.Combine("images", name), [0x89, 0x50, 0x4E, 0x47, 1, 2, 3]);

    internal static Recipe Recipe(params string[] settings) => RecipeResolution.Resolve("fix32", null, [.. s_sizes, .. settings]);

    internal RunFolder Create(string name, Recipe recipe, string? autoencoder = null, string precision = "f32") =>
        RunFolder.Create(At(name), recipe, RunFolder.Describe([Images], autoencoder) with { Precision = precision });

    /// <summary>Runs to the end.</summary>
    internal void Run(RunFolder folder, ResumeOptions? resume = null, IPretext? pretext = null) =>
        Run(folder, _ => { }, TestContext.Current.CancellationToken, resume, pretext);

    /// <summary>Runs until a step has been done, then stops in order.</summary>
    internal void RunUntil(RunFolder folder, string stage, long step, IPretext? pretext = null)
    {
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Run(folder, report =>
        {
            if (report.Stage == stage && report.Step == step)
                source.Cancel();
        }, source.Token, pretext: pretext));
    }

    /// <summary>Runs until a step has been computed, then dies before anything of that step is written.</summary>
    internal void RunUntilKilled(RunFolder folder, string stage, long step) =>
        Assert.Throws<TimeoutException>(() => Run(folder, report =>
        {
            if (report.Stage == stage && report.Step == step)
                throw new TimeoutException();
        }, TestContext.Current.CancellationToken));

    /// <summary>The lines of metrics.jsonl without what depends on the machine's speed.</summary>
    internal static string[] Metrics(RunFolder folder) => [.. File.ReadAllLines(folder.Metrics).Select(line =>
    {
        JsonObject values = JsonNode.Parse(line)!.AsObject();
        values.Remove("images_per_second");
        values.Remove("wait_share");
        return values.ToJsonString();
    })];

    internal static void AssertSame(RunFolder expected, RunFolder actual)
    {
        Assert.Equal(Metrics(expected), Metrics(actual));
        Assert.True(File.ReadAllBytes(expected.Weights).AsSpan().SequenceEqual(File.ReadAllBytes(actual.Weights)),
            "the weights differ");
    }

    public void Dispose() => _folder.Dispose();

    private void Run(
        RunFolder folder, Action<ProgressReport> observe, CancellationToken stop, ResumeOptions? resume = null,
        IPretext? pretext = null) =>
        new Pretrainer(
            folder, new PretrainingOutput { Progress = new Reports<ProgressReport>(observe), Logger = Log }, resume: resume,
            pretext: pretext)
            .Run(stop);
}
