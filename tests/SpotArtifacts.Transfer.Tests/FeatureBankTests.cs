using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Tests;

public sealed class FeatureBankTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Compute_ManyImages_HasRowsAndLabelsInTheirOrder()
    {
        // 300 images are more than one batch; each is of one colour that tells its index.
        for (int i = 0; i < 300; i++)
            _folder.Write($"{(i < 200 ? "a" : "b")}/{i:D3}.png",
                PngFile.Encode(TestImages.Constant(4, 4, (byte)(i % 256), (byte)(i / 256), 0)));
        using LabelledImages images = LabelledImages.Open([_folder.Path], stop: TestContext.Current.CancellationToken);
        using var extractor = new MeanColour { Name = "mean", ImageSize = 4 };

        using FeatureBank bank = Assert.Single(FeatureBank.Compute(extractor, images,
            stop: TestContext.Current.CancellationToken));

        float[] rows = bank.Rows.ToArray<float>();
        Assert.Equal(3, bank.Dimensions);
        for (int i = 0; i < 300; i++)
            Assert.Equal((i % 256, i / 256), (Math.Round((rows[3 * i] + 1) * 127.5), Math.Round((rows[3 * i + 1] + 1) * 127.5)));
        Assert.Equal(Enumerable.Range(0, 300).Select(i => i < 200 ? 0 : 1), bank.Labels);
    }

    [Fact]
    public void Compute_Discriminator_HasOneBankForEachLayer()
    {
        Recipe recipe = Presets.Get("fix32");
        _folder.WriteImage("a/1.png", 1);
        _folder.WriteImage("b/2.png", 2);
        using LabelledImages images = LabelledImages.Open([_folder.Path], stop: TestContext.Current.CancellationToken);
        using FeatureExtractor extractor = FeatureExtractor.Random(recipe);

        IReadOnlyList<FeatureBank> banks = FeatureBank.Compute(extractor, images, stop: TestContext.Current.CancellationToken);

        Assert.Equal(["conv1", "conv2", "conv3", "conv4", "conv5"], banks.Select(b => b.Layer));
        Assert.Equal([12 * 16 * 16, 32 * 8 * 8, 48 * 4 * 4, 48 * 4 * 4, 32 * 4 * 4], banks.Select(b => b.Dimensions));
        Assert.All(banks, bank => Assert.True(bank.Rows.IsFinite()));
        foreach (FeatureBank bank in banks)
            bank.Dispose();
    }

    public void Dispose()
    {
        _folder.Dispose();
    }

    private sealed class MeanColour : FeatureExtractor
    {
        protected override nn.Module Network { get; } = nn.Identity();

        public override IReadOnlyList<(string, Tensor)> Extract(Tensor images) => [("mean", images.mean([2, 3], keepdim: true))];

        public override void Dispose() => Network.Dispose();
    }
}
