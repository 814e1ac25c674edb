using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Damage;

public sealed class KeepMaskTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(1);

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.7)]
    [InlineData(0.9)]
    public void Sample_DropRate_IsTheShareOfZeros(double dropRate)
    {
        float[] values = KeepMask.Sample(1000, 4, dropRate, _random, "cpu").Values.ToArray<float>();

        Assert.All(values, value => Assert.True(value is 0 or 1));
        // Five standard deviations of a share over 16,000 entries.
        Assert.Equal(dropRate, values.Count(v => v == 0) / 16000.0, 5 * Math.Sqrt(dropRate * (1 - dropRate) / 16000));
    }

    [Fact]
    public void Sample_Images_HaveMasksOfTheirOwn()
    {
        KeepMask mask = KeepMask.Sample(2, 8, 0.5, _random, "cpu");

        Assert.Equal([2, 1, 8, 8], mask.Values.shape);
        Assert.NotEqual(mask.Values.narrow(0, 0, 1).ToArray<float>(), mask.Values.narrow(0, 1, 1).ToArray<float>());
    }

    [Fact]
    public void At_TwiceTheGrid_RepeatsEachEntry()
    {
        var mask = new KeepMask(TensorData.From<float>([1, 0, 0, 1], 1, 1, 2, 2));

        Assert.Equal([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1], mask.At(4, 4).ToArray<float>());
        Assert.Equal([1, 0, 0, 1], mask.At(2, 2).ToArray<float>());
    }

    public void Dispose()
    {
        _random.Dispose();
        _scope.Dispose();
    }
}
