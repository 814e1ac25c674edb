using static SpotArtifacts.Features.Tests.SampleProgram;

namespace SpotArtifacts.Features.Tests;

/// <summary>The samples that train, for a few steps.</summary>
public sealed class TrainingSampleTests : IDisposable
{
    private static readonly string[] s_short =
    [
        "batch_per_rank=4", "autoencoding.steps=2", "spotting.steps=3", "recording.checkpoint_every=2",
        "network.discriminator_widths=[8, 8, 8, 8, 8]", "network.encoder_widths=[8, 8, 8]", "network.class_head_width=16",
    ];

    private readonly FeatureFolder _folder = new();

    [Fact]
    public void Pretrain_Photos_TellsOfCheckpointsAndStagesAndLeavesAModel()
    {
        _folder.WriteImages("images", 8);

        string[] lines = Succeed(["pretrain", _folder.At("images"), _folder.At("run"), .. s_short]);

        Assert.Equal(
            ["checkpoint of autoencoder 2", "autoencoder has done its 2 steps", "checkpoint of spotting 2",
                "checkpoint of spotting 3", "spotting has done its 3 steps"], lines);
        using SpotModel model = SpotModel.Load(_folder.At("run/mine.onnx"));
        Assert.Equal(TrainedFor.Spotting, model.Description.TrainedFor);
        Assert.StartsWith(
            "epoch 3: loss ", Succeed("classify", _folder.At("run"), WriteLabelled())[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Images_OfNoFile_ArePretrainedOn() =>
        Assert.Equal(["autoencoder has done its 2 steps", "spotting has done its 3 steps"],
            Succeed(["images", _folder.At("run"), .. s_short]));

    [Fact]
    public void Pretext_OfItsOwn_IsTrained()
    {
        _folder.WriteImages("images", 8);

        string[] lines = Succeed(["pretext", _folder.At("images"), _folder.At("run"), .. s_short]);

        Assert.StartsWith("tint: (loss.tint, 0.", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Program_WithoutArguments_SaysHowItIsCalled() =>
        Assert.StartsWith("usage: ", Run(Of("SpotArtifacts.Sample.Training")).Error, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private string WriteLabelled()
    {
        _folder.WriteImages("labelled/a", 4);
        _folder.WriteImages("labelled/b", 4);
        return _folder.At("labelled");
    }

    private static string[] Succeed(params string[] arguments)
    {
        (int code, string output, string error) = Run([Of("SpotArtifacts.Sample.Training"), .. arguments]);
        Assert.Equal(("", 0), (error, code));
        return output.TrimEnd().Split(Environment.NewLine);
    }
}
