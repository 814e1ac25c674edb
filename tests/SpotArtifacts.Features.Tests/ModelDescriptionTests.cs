namespace SpotArtifacts.Features.Tests;

public class ModelDescriptionTests
{
    [Theory]
    [InlineData("spotting", TrainedFor.Spotting, 2, 40, false)]
    [InlineData("spotting-ema", TrainedFor.Spotting, 2, 40, true)]
    [InlineData("features-only", TrainedFor.Spotting, 2, 40, false)]
    [InlineData("rotation", TrainedFor.Rotation, 4, 0, false)]
    [InlineData("labels", TrainedFor.Labels, 3, 0, false)]
    public void Load_EveryPretext_SaysWhatItIs(string name, TrainedFor purpose, int classes, int autoencoding, bool averaged)
    {
        using SpotModel model = SpotModel.Load(TestFiles.Model(name), FeatureFolder.Conv3);

        Assert.Equal(
            (purpose, classes, 32), (model.Description.TrainedFor, model.Description.Classes, model.Description.ImageSize));
        Assert.Equal(new TrainingFacts("tiny32", autoencoding, 40, 40, averaged), model.Description.Training);
        Assert.True(model.Description.Training.Finished);
        Assert.Equal(32, model.Embed(BlockImages.Draw(0)).Length);
    }

    [Fact]
    public void Layers_Stride2Network_HaveTheirGridsAndTheCentresOfTheirFirstCells()
    {
        using SpotModel model = FeatureFolder.Load();

        Assert.Equal(
            [
                new LayerDescription(FeatureLayer.Conv1, 4, 16, 2, 1), new(FeatureLayer.Conv2, 6, 8, 4, 3),
                    new(FeatureLayer.Conv3, 8, 4, 8, 7),
                new(FeatureLayer.Conv4, 6, 4, 8, 7), new(FeatureLayer.Conv5, 4, 4, 8, 7),
            ], model.Description.Layers);
    }

    [Fact]
    public void Network_OtherWeights_Differs() =>
        Assert.Equal(4, new[] { "spotting", "spotting-ema", "rotation", "labels" }.Select(Network).Distinct().Count());

    [Fact]
    public void Network_OtherExportOptions_Stays() => Assert.Equal(Network("spotting"), Network("features-only"));

    private static string Network(string name)
    {
        using SpotModel model = SpotModel.Load(TestFiles.Model(name));
        return model.Description.Network;
    }
}
