using SpotArtifacts.Checkpoints;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Tests.Images;
using SpotArtifacts.Tests.Pretraining;
using SpotArtifacts.Transfer;

namespace SpotArtifacts.Tests.Transfer;

public sealed class LayerwiseProbeTests : IDisposable
{
    private readonly TinyRun _tiny = new();
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("spotting.repair=distributed")]
    [InlineData("spotting.mask_weight=0")]
    [InlineData("spotting.corrupt=generator_from_noise")]
    public void Measure_NetworksOfARun_GivesEveryLayerAnAccuracy(string setting)
    {
        RunFolder run = _tiny.Create("run", TinyRun.Recipe("autoencoding.steps=1", "spotting.steps=1", setting));
        _tiny.Run(run);
        Checkpoint weights = Checkpoint.Read(run.Weights);
        Recipe recipe = run.ReadRecipe();
        for (int i = 0; i < 12; i++)
            _folder.Write($"{i % 2}/{i}.png", SpotArtifacts.Images.PngFile.Encode(TestImages.Constant(8, 8, (byte)(200 * (i % 2)), (byte)i, 0)));
        using LabelledImages images = LabelledImages.Open([_folder.Path]);
        var probe = new LayerwiseProbe(images, images, new LinearProbeOptions { Epochs = 2 });

        using FeatureExtractor random = FeatureExtractor.Random(recipe), trained = FeatureExtractor.Pretrained(recipe, weights),
            averaged = FeatureExtractor.Pretrained(recipe, weights, averaged: true), encoder = FeatureExtractor.Encoder(recipe, weights);
        NetworkWorth[] worth = [.. new[] { random, trained, averaged, encoder }.Select(network => probe.Measure(network))];

        Assert.Equal(["random", "pre-trained", "pre-trained", "encoder"], worth.Select(w => w.Network));
        Assert.Equal([5, 5, 5, 4], worth.Select(w => w.Layers.Count));
        Assert.All(worth.SelectMany(w => w.Layers), layer => Assert.InRange(layer.LinearTop1, 0, 1));
        // Two plain colours are told apart by anything.
        Assert.Equal(1, worth[0].Layers[0].NeighborsTop1);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _tiny.Dispose();
    }
}
