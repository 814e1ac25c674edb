using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Engine;

public sealed class BilinearEnlargementTests
{
    private const double Tolerance = 1e-6;

    [Fact]
    public void UpsampleBilinear_RandomShapes_AgreesWithDoublePrecisionForwardAndBackward()
    {
        var random = new Random(7);
        for (int trial = 0; trial < 200; trial++)
            Check(trial, random.Next(1, 4), random.Next(1, trial % 9 == 0 ? 70 : 12), random.Next(1, 8), random.Next(1, 8),
                channelsLast: trial % 2 == 0);
    }

    [Fact]
    public void UpsampleBilinear_RowsThatTheStackDoesNotHold_AreComputedToo() =>
        Check(1, images: 1, channels: 300, rows: 2, columns: 40, channelsLast: true);

    [Fact]
    public void UpsampleBilinear_ManyTimes_LeavesNoTensorsBehind()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = rand(2, 5, 4, 4).requires_grad_();
        long before = LiveTensors.Count();
        for (int i = 0; i < 20; i++)
        {
            using DisposeScope inner = NewDisposeScope();
            Gradients.Of([Operations.UpsampleBilinear(x, 2).sum()], [x]);
        }
        Assert.Equal(before, LiveTensors.Count());
    }

    // Double precision goes through libtorch's operator.
    private static void Check(int trial, int images, int channels, int rows, int columns, bool channelsLast)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(Numbers.FloatsOf(trial, images * channels * rows * columns), images, channels, rows, columns);
        x = (channelsLast ? x.ToChannelsLast() : x).detach().requires_grad_();
        Tensor dy = tensor(Numbers.FloatsOf(300 + trial, 4 * (int)x.numel()), images, channels, 2 * rows, 2 * columns);
        Tensor x64 = x.detach().to(ScalarType.Float64).requires_grad_();

        Tensor y = Operations.UpsampleBilinear(x, 2), y64 = Operations.UpsampleBilinear(x64, 2);
        Tensor dx = Gradients.Of([y], [x], outputGradients: [dy])[0];
        Tensor dx64 = Gradients.Of([y64], [x64], outputGradients: [dy.to(ScalarType.Float64)])[0];

        Assert.Equal(y64.shape, y.shape);
        Numbers.AssertClose(y64.Values(), y.Values(), Tolerance);
        Numbers.AssertClose(dx64.Values(), dx.Values(), Tolerance);
    }
}
