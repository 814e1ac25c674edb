using SpotArtifacts.Checkpoints;
using SpotArtifacts.Export;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Repair;
using SpotArtifacts.Spotting;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class TrainedWeightsTests : IDisposable
{
    private readonly TinyRun _tiny = new();

    [Fact]
    public void Open_FinishedRun_TakesItsWeightsAsTheFileAloneDoes()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe("seed=3"));
        _tiny.Run(folder);
        File.Copy(folder.Weights, _tiny.At("alone.safetensors"));

        TrainedWeights run = TrainedWeights.Open(folder.Path), alone = TrainedWeights.Open(_tiny.At("alone.safetensors"));

        Assert.Equal(folder.Weights, run.Path);
        Assert.Equal(RecipeFile.ToYaml(folder.ReadRecipe()), RecipeFile.ToYaml(run.Recipe));
        Assert.Equal(RecipeFile.ToYaml(run.Recipe), RecipeFile.ToYaml(alone.Recipe));
        Assert.True(alone.Weights.Has("discriminator.conv1.weight"));
    }

    [Theory]
    [InlineData("game")]
    [InlineData("raw")]
    public void RestoreDiscriminator_RotationWasAsked_LeavesThatHeadOut(string images)
    {
        RunFolder folder = _tiny.Create("run",
            TinyRun.Recipe("spotting.rotation_weight=1", $"spotting.rotation_images={images}"));
        _tiny.Run(folder);

        TrainedWeights trained = TrainedWeights.Open(folder.Path);
        using Discriminator network = TrainedWeights.RestoreDiscriminator(trained.Recipe.Network, trained.Weights);
        using var networks = RepairingNetworks.Load(folder.Path, averaged: true);

        Assert.Equal([4L, 64, 1, 1], trained.Weights.ShapeOf("discriminator.rotation_fc2.weight"));
        Assert.True(trained.Weights.Has("ema.discriminator.rotation_fc1.conv.weight"));
        Assert.Null(network.RotationHead);
        Assert.NotNull(network.MaskHead);
        Assert.NotNull(networks.Spotting.Discriminator.RotationHead);
        Assert.DoesNotContain(FoldedNetworks.Of(trained, averaged: false).Convolutions,
            layer => layer.Name.Contains("rotation", StringComparison.Ordinal));
    }

    [Fact]
    public void Open_RunStoppedInStage2_TakesItsCheckpointAndSaysSo()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe());
        _tiny.RunUntil(folder, SpottingStage.Name, 3);
        LogLines said = [];

        TrainedWeights weights = TrainedWeights.Open(folder.Path, said);

        Assert.Equal(folder.Checkpoint, weights.Path);
        Assert.Contains("step 3", Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_RunStoppedInStage1_SaysHowToContinue()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe());
        _tiny.RunUntil(folder, AutoencodingStage.Name, 3);

        Assert.Contains($"spot resume {folder.Path}",
            Assert.Throws<SpotException>(() => TrainedWeights.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_RunWithoutCheckpoint_SaysHowToContinue()
    {
        RunFolder folder = _tiny.Create("run", TinyRun.Recipe());

        Assert.Contains("neither weights nor a checkpoint",
            Assert.Throws<SpotException>(() => TrainedWeights.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FileWithoutRecipe_NamesIt()
    {
        string file = _tiny.At("foreign.safetensors");
        new Checkpoint().Write(file);

        Assert.Contains($"{file} has no recipe", Assert.Throws<SpotException>(() => TrainedWeights.Open(file)).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _tiny.Dispose();
}
