using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Repair;
using SpotArtifacts.Spotting;
using SpotArtifacts.Tests.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Repair;

public sealed class RepairLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    // Columns are corrupt, real; C is right by 2 on the clean image and wrong by 1 on the corrupt one.
    private readonly Verdict _verdict = SpottingLossTests.Verdict([0, 2, 0, 1], [1, -2]);
    private readonly KeepMask _mask = new(TensorData.From<float>([1], 1, 1, 1, 1));

    private static double Swapped => (SpottingLossTests.Softplus(2) + SpottingLossTests.Softplus(-1)) / 2;

    [Fact]
    public void Of_SwappedLabels_IsTheCrossEntropyOfCorruptThenReal()
    {
        RepairLoss loss = Of(new SpottingOptions());

        Assert.Equal(Swapped, loss.CrossEntropy.item<float>(), 1e-6);
        Assert.Equal(30 * 9, loss.SquaredError!.item<float>(), 1e-3);
        Assert.Equal(Swapped + 270, loss.Total.item<float>(), 1e-3);
    }

    [Fact]
    public void Of_DemoObjective_AddsTheSpottingLossWithItsMaskPart()
    {
        RepairLoss loss = Of(new SpottingOptions { Objective = RepairObjective.Demo });

        Assert.Equal(Swapped + SpottingLoss.Of(_verdict, _mask, 0.1).Total.item<float>(), loss.CrossEntropy.item<float>(), 1e-5);
    }

    [Fact]
    public void Of_NoMask_HasNoSquaredError()
    {
        Tensor image = TensorData.Full(0, CPU, 1, 3, 2, 2);

        RepairLoss loss = RepairLoss.Of(
            _verdict, SpottingLoss.Of(_verdict, null, 0.1), image, image, null, new SpottingOptions());

        Assert.Null(loss.SquaredError);
        Assert.Equal(Swapped, loss.Total.item<float>(), 1e-6);
    }

    [Fact]
    public void KeptSquaredError_PartKept_IsTheMeanOverKeptPixelsAndChannels()
    {
        // The left pixel is kept: differences 1, 2, 3 in its channels; those of the right one do not count.
        Tensor images = TensorData.From<float>([1, 50, 2, 60, 3, 70], 1, 3, 1, 2);
        var mask = new KeepMask(TensorData.From<float>([1, 0], 1, 1, 1, 2));

        Assert.Equal((1 + 4 + 9) / 3.0, RepairLoss.KeptSquaredError(images, images.zeros_like(), mask).item<float>(), 1e-6);
    }

    [Fact]
    public void KeptSquaredError_SmallerMask_IsEnlarged()
    {
        Tensor images = TensorData.From<float>([1, 2, 3, 4, 50, 60, 70, 80], 2, 1, 2, 2);
        var mask = new KeepMask(TensorData.From<float>([1, 0], 2, 1, 1, 1));

        Assert.Equal((1 + 4 + 9 + 16) / 4.0, RepairLoss.KeptSquaredError(images, images.zeros_like(), mask).item<float>(), 1e-6);
    }

    [Fact]
    public void KeptSquaredError_NothingKept_IsZero()
    {
        Tensor images = TensorData.Full(5, CPU, 1, 3, 2, 2);

        Assert.Equal(0, RepairLoss.KeptSquaredError(images, images.zeros_like(),
            new KeepMask(TensorData.Full(0, CPU, 1, 1, 2, 2))).item<float>());
    }

    public void Dispose() => _scope.Dispose();

    // Images differ by 3 everywhere.
    private RepairLoss Of(SpottingOptions options) => RepairLoss.Of(
        _verdict, SpottingLoss.Of(_verdict, _mask, 0.1), TensorData.Full(1, CPU, 1, 3, 2, 2),
        TensorData.Full(-2, CPU, 1, 3, 2, 2), _mask, options);
}
