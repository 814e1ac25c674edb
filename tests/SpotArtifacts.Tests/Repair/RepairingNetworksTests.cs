using SpotArtifacts.Engine;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Repair;
using SpotArtifacts.Tests.Engine;
using SpotArtifacts.Tests.Export;

namespace SpotArtifacts.Tests.Repair;

/// <summary>What the networks hold and what they give back: counted by thread.</summary>
public sealed class RepairingNetworksTests : IDisposable
{
    private readonly TinyWeights _tiny = new();

    [Fact]
    public void Dispose_Networks_FreesEveryTensor()
    {
        long before = LiveTensors.Count();
        using (RepairingNetworks networks = RepairingNetworks.Load(_tiny.Weights))
        {
            long loaded = LiveTensors.Count();
            new ImageRepair(networks).Repair([(0, BlockImages.Draw(0))]);
            Assert.Equal(loaded, LiveTensors.Count());
        }

        Assert.Equal(before, LiveTensors.Count());
    }

    [Fact]
    public void Load_TensorOfAnotherShape_LeaksNothing()
    {
        long before = LiveTensors.Count();
        SafetensorsFile file = SafetensorsFile.Read(_tiny.Weights);
        string one = file.Tensors.Keys.First(name => name.StartsWith("repair.", StringComparison.Ordinal));
        file.Tensors[one] = SafetensorsEntry.From([1f], 1);
        file.Write(_tiny.At("wrong.safetensors"));

        Assert.Throws<CheckpointException>(() => RepairingNetworks.Load(_tiny.At("wrong.safetensors")));

        Assert.Equal(before, LiveTensors.Count());
    }

    [Theory]
    [InlineData(Pretext.Rotation)]
    [InlineData(Pretext.Labels)]
    public void Load_Baseline_SaysWhatToName(Pretext pretext)
    {
        string file = _tiny.Write("baseline.safetensors", Presets.Get("fix32") with { Pretext = pretext });

        Assert.Contains("holds no repair network; name the run folder",
            Assert.Throws<SpotException>(() => RepairingNetworks.Load(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_DiscriminatorAlone_SaysWhatToName()
    {
        SafetensorsFile file = SafetensorsFile.Read(_tiny.Weights);
        foreach (string name in file.Tensors.Keys.Where(name =>
            !name.StartsWith("discriminator.", StringComparison.Ordinal)).ToArray())
            file.Tensors.Remove(name);
        file.Write(_tiny.At("alone.safetensors"));

        Assert.Contains("no repair network",
            Assert.Throws<SpotException>(() => RepairingNetworks.Load(_tiny.At("alone.safetensors"))).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _tiny.Dispose();
}
