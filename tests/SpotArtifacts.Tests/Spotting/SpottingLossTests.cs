using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Spotting;

public sealed class SpottingLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    [Fact]
    public void Of_ClassLogits_IsTheCrossEntropyOfRealThenCorrupt()
    {
        // Columns are corrupt, real; rows are a clean and a corrupt image, of which C is right by 2 and wrong by 1.
        Verdict verdict = Verdict([0, 2, 0, 1], null);

        SpottingLoss loss = SpottingLoss.Of(verdict, null, 0.1);

        Assert.Equal((Softplus(-2) + Softplus(1)) / 2, loss.CrossEntropy.item<float>(), 1e-6);
        Assert.Null(loss.Mask);
        Assert.Equal(loss.CrossEntropy.item<float>(), loss.Total.item<float>());
    }

    [Fact]
    public void Of_MaskLogits_TargetsAllOnesThenTheMask()
    {
        // Two entries of a clean image (targets 1, 1), two of a corrupt one (targets 1 = kept, 0 = dropped).
        Verdict verdict = Verdict([0, 0, 0, 0], [1, -2, 3, 4]);

        SpottingLoss loss = SpottingLoss.Of(verdict, new KeepMask(TensorData.From<float>([1, 0], 1, 1, 1, 2)), 0.5);

        double expected = 0.5 * (Softplus(-1) + Softplus(2) + Softplus(-3) + Softplus(4)) / 4;
        Assert.Equal(expected, loss.Mask!.item<float>(), 1e-6);
        Assert.Equal(Math.Log(2) + expected, loss.Total.item<float>(), 1e-6);
    }

    [Fact]
    public void Labels_FourLogits_AreHalfAndHalf() =>
        Assert.Equal([7, 7, 3, 3], SpottingLoss.Labels(TensorData.Full(0, CPU, 4, 2), 7, 3).ToArray<long>());

    public void Dispose() => _scope.Dispose();

    internal static Verdict Verdict(float[] classLogits, float[]? maskLogits)
    {
        Tensor unused = TensorData.Full(0, CPU, 1);
        int images = classLogits.Length / 2;
        return new(unused, unused, TensorData.From<float>(classLogits, images, 2),
            maskLogits is null ? null : TensorData.From<float>(maskLogits, images, 1, 1, maskLogits.Length / images));
    }

    internal static double Softplus(double x) => Math.Log(1 + Math.Exp(x));
}
