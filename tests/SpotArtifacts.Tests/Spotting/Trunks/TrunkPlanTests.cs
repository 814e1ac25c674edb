using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using SpotArtifacts.Spotting.Trunks;

namespace SpotArtifacts.Tests.Spotting.Trunks;

public sealed class TrunkPlanTests
{
    [Theory]
    [InlineData(TrunkKind.Alexnet)]
    [InlineData(TrunkKind.AlexnetBn)]
    [InlineData(TrunkKind.Resnet18)]
    public void Convolutions_OfEachTrunk_AreTheTensorsOfTheNetworkInItsOrder(TrunkKind kind)
    {
        NetworkOptions options = Presets.Get("fix32").Network with { Trunk = kind };
        using var network = new Discriminator(options);

        (string, string)[] planned = [.. TrunkPlan.Of(options).Convolutions.SelectMany(convolution => convolution.Tensors())
            .Select(tensor => ($"discriminator.{tensor.Name}", string.Join(' ', tensor.Shape)))];

        (string, string)[] there = [.. network.Tensors().Select(tensor => (tensor.Name, string.Join(' ', tensor.Value.shape)))];
        Assert.Equal(planned, there[..planned.Length]);
        Assert.All(there[planned.Length..], tensor => Assert.Matches(@"^discriminator\.(mask_head|fc[12])\.", tensor.Item1));
        Assert.Equal(planned[0].Item1, TrunkPlan.Of(options).FirstWeight);
        Assert.Equal(kind == TrunkKind.Alexnet, TrunkPlan.Of(options).SeesImagesApart);
    }
}
