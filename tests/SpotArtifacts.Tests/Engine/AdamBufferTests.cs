using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

public sealed class AdamBufferTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Constructor_Parameters_KeepTheirValuesAndAreDifferentiatedAsBefore()
    {
        Tensor a = Numbers.Floats(1, 3).requires_grad_(), b = Numbers.Floats(2, 4, 2).requires_grad_();
        double[] values = a.Values();

        using var buffer = new AdamBuffer([a, b], [0, 0.1]);
        Tensor[] gradients = Gradients.Of([(a * 2).sum() + (b * 3).sum()], [a, b]);

        Assert.Equal(values, a.Values());
        Assert.True(a.is_leaf);
        Assert.All(gradients[0].Values(), value => Assert.Equal(2, value));
        Assert.All(gradients[1].Values(), value => Assert.Equal(3, value));
    }

    [Fact]
    public void Constructor_ChannelsLastParameter_KeepsItsValuesAndTakesGradientsOfEitherLayout()
    {
        Tensor a = Numbers.Floats(1, 2, 3, 4, 4), same = a.clone(), last = a.ChannelsLast(), g = Numbers.Floats(2, 2, 3, 4, 4);
        using var one = new Adam([new("a", last, true)], new AdamOptions(), inOneBuffer: true);
        using var other = new Adam([new("a", same, true)], new AdamOptions(), inOneBuffer: false);

        Assert.Equal(same.Values(), last.Values());
        one.Step([g.ChannelsLast()], 0.1);
        other.Step([g], 0.1);

        Numbers.AssertClose(same.Values(), last.Values(), 1e-6);
    }

    [Fact]
    public void Averages_WrittenTo_AreWhatTheNextStepStartsFrom()
    {
        Tensor a = Numbers.Floats(1, 3), b = Numbers.Floats(2, 4);
        using var adam = new Adam([new("a", a, false), new("b", b, true)], new AdamOptions(), inOneBuffer: true);

        adam.Averages[0].CopyFrom<float>([10, 20, 30]);
        adam.Step([zeros(3), zeros(4)], 0, averageDecay: 1);

        Assert.Equal([10f, 20f, 30f], adam.Averages[0].ToArray<float>());
    }

    [Fact]
    public void Takes_GapsOtherTypesOrNothing_No()
    {
        Assert.True(AdamBuffer.Takes([Numbers.Floats(1, 2, 3, 4, 4)]));
        Assert.True(AdamBuffer.Takes([Numbers.Floats(1, 2, 3, 4, 4).ChannelsLast()]));
        Assert.False(AdamBuffer.Takes([Numbers.Floats(1, 2, 3, 4, 4).narrow(1, 0, 2)]));
        Assert.False(AdamBuffer.Takes([Numbers.Doubles(1, 2)]));
        Assert.False(AdamBuffer.Takes([]));
    }

    public void Dispose() => _scope.Dispose();
}
