using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using SpotArtifacts.Transfer.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Tests.Evaluation;

public sealed class NetworkSelectionTests : IDisposable
{
    private readonly EvaluationBench _bench = new();

    [Fact]
    public void Open_RunOfABaseline_HasNoEncoder()
    {
        IReadOnlyList<EvaluatedNetwork> networks = NetworkSelection.Open(_bench.Run("pretext=rotation"), []);

        Assert.Equal(["random", "pre-trained"], networks.Select(n => n.Name));
        using FeatureExtractorScope opened = new(networks[1]);
        Assert.Equal(5, opened.LayerCount);
    }

    [Theory]
    [InlineData("rotation", "NAME=RUN")]
    [InlineData("=run", "NAME=RUN")]
    [InlineData("rotation=", "NAME=RUN")]
    public void Open_MalformedBaseline_SaysWhatItMustBe(string baseline, string expected) =>
        Assert.Contains(expected, Assert.Throws<SpotException>(() => NetworkSelection.Open(_bench.Run(), [baseline])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Open_NameTwice_IsRefused()
    {
        string run = _bench.Run();

        Assert.Contains("'random'", Assert.Throws<SpotException>(() => NetworkSelection.Open(run, [$"random={run}"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void OpenDiscriminator_RandomWeights_DependOnTheSeedAndAreTheExtractorsWithout()
    {
        EvaluatedNetwork random = EvaluationBench.Random();
        using Discriminator own = random.OpenDiscriminator(), same = random.OpenDiscriminator(random.Recipe.Seed),
        other = random.OpenDiscriminator(99);

        Assert.Equal(First(own), First(same));
        Assert.NotEqual(First(own), First(other));
    }

    [Fact]
    public void OpenDiscriminator_Encoder_IsRefused()
    {
        EvaluatedNetwork encoder = EvaluationBench.Random() with { Kind = NetworkKind.Encoder };

        Assert.False(encoder.HasTrunk);
        Assert.Throws<InvalidOperationException>(() => encoder.OpenDiscriminator());
    }

    public void Dispose() => _bench.Dispose();

    private static float[] First(Discriminator network) => network.Tensors()[0].Value.ToArray<float>();

    private sealed class FeatureExtractorScope(EvaluatedNetwork network) : IDisposable
    {
        private readonly FeatureExtractor _extractor = network.OpenExtractor();

        internal int LayerCount
        {
            get
            {
                using IDisposable off = no_grad();
                using DisposeScope scope = NewDisposeScope();
                return _extractor.Extract(TensorData.Full(0, CPU, 1, 3, network.ImageSize, network.ImageSize)).Count;
            }
        }

        public void Dispose() => _extractor.Dispose();
    }
}
