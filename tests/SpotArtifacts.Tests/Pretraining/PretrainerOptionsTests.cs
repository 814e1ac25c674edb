using System.Text.Json;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class PretrainerOptionsTests : IDisposable
{
    private readonly TinyRun _tiny = new();

    [Theory]
    [InlineData("seed=7")]
    [InlineData("spotting.real=raw")]
    [InlineData("spotting.repair=local")]
    [InlineData("spotting.repair=none")]
    [InlineData("spotting.gating=false")]
    [InlineData("spotting.mask_weight=0")]
    [InlineData("spotting.reconstruction_weight=0")]
    [InlineData("spotting.objective=demo")]
    [InlineData("spotting.objective=demo", "spotting.mask_weight=0")]
    [InlineData("spotting.corrupt=generator_from_noise")]
    [InlineData("spotting.corrupt=generator_from_noise", "spotting.history_size=8", "spotting.objective=demo")]
    [InlineData("spotting.history_size=1")]
    [InlineData("spotting.history_size=100", "spotting.history_share=1")]
    [InlineData("spotting.history_size=100", "spotting.history_share=0")]
    [InlineData("network.encoder_kernel=3")]
    [InlineData("network.dropout=0")]
    [InlineData("spotting.rotation_weight=1", "spotting.rotation_images=raw", "spotting.instance_weight=1")]
    [InlineData("spotting.rotation_weight=1", "spotting.rotation_images=all", "spotting.real=raw")]
    [InlineData("network.encoder_widths=[5, 3]", "network.stem_width=1", "network.conv1_stride=1")]
    [InlineData("network.image_size=40", "batch_per_rank=3")]
    [InlineData("network.image_size=24", "batch_per_rank=2")]
    [InlineData("network.image_size=8", "network.conv1_stride=3")]
    [InlineData("damage.fill=local5")]
    [InlineData("damage.fill=local99")]
    [InlineData("damage.fill=global")]
    [InlineData("damage.fill=zero")]
    [InlineData("damage.drop_rate=0.999999")]
    [InlineData("damage.drop_rate=0.000001")]
    [InlineData("damage.drop_rate=0.9", "damage.drop_rate_end=0.3")]
    [InlineData("damage.block=2")]
    [InlineData("damage.block=4")]
    [InlineData("spotting.mask_weight_end=1")]
    [InlineData("spotting.mask_weight=0", "spotting.mask_weight_end=1")]
    [InlineData("spotting.balance=0.65")]
    [InlineData("spotting.rotation_weight=1")]
    [InlineData("spotting.rotation_weight=1", "batch_per_rank=5", "spotting.real=raw", "spotting.mask_weight=0")]
    [InlineData("spotting.rotation_weight=1", "spotting.rotation_images=clean", "spotting.history_size=8")]
    [InlineData("spotting.rotation_weight=1", "spotting.rotation_images=clean", "spotting.corrupt=generator_from_noise")]
    [InlineData("spotting.rotation_weight=1", "spotting.rotation_images=raw", "spotting.objective=demo")]
    [InlineData("spotting.rotation_weight=1", "spotting.rotation_images=raw", "spotting.corrupt=generator_from_noise")]
    [InlineData("spotting.rotation_weight=1", "spotting.rotation_images=raw", "spotting.history_size=8")]
    [InlineData("network.encoder_widths=[5, 3]", "network.conv1_stride=1", "damage.block=3", "spotting.rotation_weight=1")]
    [InlineData("network.image_size=64", "network.conv1_stride=2")]
    public void Run_AnyOption_GivesFiniteLossesSheetsAndWeights(params string[] settings)
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe(["autoencoding.steps=2", "spotting.steps=2", .. settings]));

        _tiny.Run(folder);

        string[] lines = File.ReadAllLines(folder.Metrics);
        Assert.Equal(4, lines.Length);
        Assert.All(lines, AssertFiniteLosses);
        Assert.Null(Checkpoint.Read(folder.Weights).FindNonFinite());
        Assert.Equal(["autoencoder-0000002.png", "spotting-0000002.png"],
            Directory.GetFiles(folder.Samples).Select(Path.GetFileName).Order());
    }

    // Measured each second step, the game is seen also where it is played seldom.
    [Theory]
    [InlineData("spotting.game_every=2", new[] { 2, 4, 6, 8 })]
    [InlineData("spotting.game_every=3", new[] { 6, 9 })]
    [InlineData("spotting.game_every=4", new[] { 4, 8 })]
    [InlineData("spotting.game_every=2", new[] { 6, 8 }, "spotting.game_from=0.5")]
    public void Run_GameInSomeSteps_RecordsItsMeasuresOfThem(string setting, int[] steps, params string[] more)
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe(["autoencoding.steps=1", "spotting.steps=9", setting, .. more,
            "spotting.rotation_weight=1", "spotting.rotation_images=raw", "recording.metrics_every=2"]));

        _tiny.Run(folder);

        Assert.Equal(steps, File.ReadAllLines(folder.Metrics).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("mask_auc", out _)).Select(line => line.GetProperty("step").GetInt32()));
    }

    [Theory]
    [InlineData("spotting.repair=distributed", new[] { 0, 1, 2, 3 })]
    [InlineData("spotting.repair=local", new[] { 0 })]
    [InlineData("spotting.repair=none", new int[0])]
    public void Run_RepairPlacement_SavesTheBlocksItHas(string setting, int[] blocks)
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe("autoencoding.steps=1", "spotting.steps=1", setting));

        _tiny.Run(folder);

        Checkpoint weights = Checkpoint.Read(folder.Weights);
        for (int k = 0; k < 4; k++)
            Assert.Equal(blocks.Contains(k), weights.Has($"repair.blocks.{k}.conv1.conv.weight"));
    }

    public void Dispose() => _tiny.Dispose();

    private static void AssertFiniteLosses(string line)
    {
        using var document = JsonDocument.Parse(line);
        JsonProperty[] losses = [.. document.RootElement.EnumerateObject()
            .Where(p => p.Name.StartsWith("loss.", StringComparison.Ordinal))];
        Assert.NotEmpty(losses);
        Assert.All(losses, loss => Assert.Equal(JsonValueKind.Number, loss.Value.ValueKind));
    }
}
