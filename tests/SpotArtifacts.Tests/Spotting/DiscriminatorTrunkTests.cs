using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using SpotArtifacts.Tests.Engine;
using SpotArtifacts.Tests.Export;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Spotting;

public sealed class DiscriminatorTrunkTests : IDisposable
{
    private readonly TinyWeights _tiny = new();

    [Fact]
    public void OpenTrunk_InInference_GivesTheNetworksConv5()
    {
        TrainedWeights trained = TrainedWeights.Open(_tiny.Weights);
        using DisposeScope scope = NewDisposeScope();
        using Discriminator network = TrainedWeights.RestoreDiscriminator(trained.Recipe.Network, trained.Weights);
        using DiscriminatorTrunk trunk = trained.OpenTrunk();
        Tensor images = Images(trained.Recipe.Network.ImageSize);

        trunk.eval();

        Assert.Equal(network.Features(images)["conv5"].ToArray<float>(), trunk.forward(images).ToArray<float>());
        Assert.Equal(trained.Recipe.Network.DiscriminatorWidths[^1], trunk.Channels);
    }

    [Fact]
    public void Classifier_AroundTheTrunk_IsTrainedByTorchSharpsOwnOptimizer()
    {
        using DisposeScope scope = NewDisposeScope();
        NetworkOptions sizes = Presets.Get("fix32").Network;
        DiscriminatorTrunk trunk = DiscriminatorTrunk.Random(sizes, seed: 1);
        using var classifier = nn.Sequential(trunk, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(trunk.Channels, 2));
        using var optimizer = optim.Adam(classifier.parameters(), lr: 1e-2);
        Tensor images = Images(sizes.ImageSize), labels = tensor((long[])[0, 0, 1, 1]);
        float[] before = trunk.Tensors()[0].Value.ToArray<float>();
        List<float> losses = [];

        for (int step = 0; step < 12; step++)
        {
            optimizer.zero_grad();
            Tensor loss = nn.functional.cross_entropy(classifier.forward(images), labels);
            loss.backward();
            optimizer.step();
            losses.Add(loss.item<float>());
        }

        Assert.Equal(
            ["0.conv1.weight", "0.conv1.bias", "0.conv2.weight"], classifier.named_parameters().Take(3).Select(p => p.name));
        Assert.True(losses[^1] < losses[0] / 2, string.Join(" ", losses));
        Assert.NotEqual(before, trunk.Tensors()[0].Value.ToArray<float>());
    }

    [Fact]
    public void Random_SameSeed_GivesTheUntrainedNetworkOfThatSeed()
    {
        Recipe recipe = Presets.Get("fix32") with { Seed = 5 };
        using DisposeScope scope = NewDisposeScope();
        using FeatureExtractor expected = FeatureExtractor.Random(recipe);
        using DiscriminatorTrunk trunk = DiscriminatorTrunk.Random(recipe.Network, 5);
        Tensor images = Images(recipe.Network.ImageSize);

        trunk.eval();

        Assert.Equal(expected.Extract(images)[^1].Features.ToArray<float>(), trunk.forward(images).ToArray<float>());
    }

    [Fact]
    public void Dispose_Trunk_FreesItsTensors()
    {
        NetworkOptions sizes = Presets.Get("fix32").Network;
        DiscriminatorTrunk.Random(sizes, 1).Dispose();
        long before = LiveTensors.Count();

        DiscriminatorTrunk.Random(sizes, 1).Dispose();

        Assert.Equal(before, LiveTensors.Count());
    }

    public void Dispose() => _tiny.Dispose();

    private static Tensor Images(int size)
    {
        int half = 2 * 3 * size * size;
        float[] values = [.. Enumerable.Range(0, 2 * half).Select(i => MathF.Sin(i * (1 + i / half) * 0.01f))];
        return TensorData.From<float>(values, 4, 3, size, size);
    }
}
