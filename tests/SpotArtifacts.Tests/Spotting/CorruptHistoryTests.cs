using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Spotting;

public sealed class CorruptHistoryTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(1);

    [Fact]
    public void Mix_FirstBatch_IsShownAsItIs()
    {
        using var history = new CorruptHistory(8, 0.5, _random);

        (float[] images, float[] masks) = Mix(history, 1, 2, 3, 4);

        Assert.Equal([1, 2, 3, 4], images);
        Assert.Equal([-1, -2, -3, -4], masks);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.25, 1)]
    [InlineData(0.5, 2)]
    [InlineData(1, 4)]
    public void Mix_LaterBatch_TakesItsShareWithTheRightMasks(double share, int taken)
    {
        using var history = new CorruptHistory(8, share, _random);
        Mix(history, 1, 2, 3, 4);

        (float[] images, float[] masks) = Mix(history, 5, 6, 7, 8);

        Assert.Equal([.. new float[] { 5, 6, 7, 8 }.Take(4 - taken)], images[..(4 - taken)]);
        Assert.All(images[(4 - taken)..], image => Assert.InRange(image, 1, 4));
        Assert.Equal(images.Length, images.Distinct().Count());
        Assert.Equal(images.Select(i => -i), masks);
    }

    [Fact]
    public void Mix_SmallerThanTheShare_TakesWhatThereIs()
    {
        using var history = new CorruptHistory(1, 1, _random);
        Mix(history, 1, 2, 3, 4);

        Assert.Equal([5, 6, 7, 4], Mix(history, 5, 6, 7, 8).Images);
    }

    [Fact]
    public void Mix_ManyBatches_KeepsTheNewestUpToItsSize()
    {
        using var history = new CorruptHistory(5, 0.5, _random);
        for (int i = 0; i < 6; i++)
            Mix(history, 2 * i, 2 * i + 1);

        Assert.Equal([7, 8, 9, 10, 11], history.Images!.ToArray<float>());
        Assert.Equal([-7, -8, -9, -10, -11], history.Masks!.ToArray<float>());
    }

    [Fact]
    public void Mix_Images_AreRememberedAsTheyWere()
    {
        using var history = new CorruptHistory(4, 0, _random);
        Tensor images = TensorData.Full(1, CPU, 2, 1, 1, 1);
        images.requires_grad = true;
        Tensor repaired = images * 3;

        history.Mix(repaired, new KeepMask(images.detach()));

        Assert.False(history.Images!.requires_grad);
        Assert.Equal([3, 3], history.Images.ToArray<float>());
    }

    public void Dispose()
    {
        _random.Dispose();
        _scope.Dispose();
    }

    private static (float[] Images, float[] Masks) Mix(CorruptHistory history, params float[] values)
    {
        Tensor images = TensorData.From<float>(values, values.Length, 1, 1, 1);
        (Tensor shown, KeepMask mask) = history.Mix(images, new KeepMask(images * -1.0));
        return (shown.ToArray<float>(), mask.Values.ToArray<float>());
    }
}
