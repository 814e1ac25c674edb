using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Transfer.Trunk;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Tests.Trunk;

/// <summary>One convolution of one weight 2 and one bias 3 on an image of one pixel 5: output 13, gradients 5 and 1.</summary>
public sealed class CaffeSolverTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Convolution _layer = new(new ConvolutionShape(1, 1, 1), bias: true);
    private readonly Tensor _image;

    public CaffeSolverTests()
    {
        _image = TensorData.Full(5, CPU, 1, 1, 1, 1);
        _layer.Weight.CopyFrom<float>([2f]);
        _layer.Bias!.CopyFrom<float>([3f]);
    }

    [Fact]
    public void Step_Bias_MovesAtTwiceTheRateAndDecaysOnlyIfAsked()
    {
        Step(new CaffeSolverOptions { WeightDecay = 0.1 });
        Assert.Equal((2 - 0.01 * (5 + 0.1 * 2), 3 - 0.02 * 1), (Weight, Bias));
    }

    [Fact]
    public void Step_BiasDecays_DecaysItAtItsRate()
    {
        Step(new CaffeSolverOptions { WeightDecay = 0.1, BiasDecays = true });
        Assert.Equal(3 - 0.02 * (1 + 0.1 * 3), Bias, 6);
    }

    [Fact]
    public void Step_GradientsBeyondTheClip_AreScaledTogether()
    {
        Step(new CaffeSolverOptions { ClipNorm = 1 });
        double norm = Math.Sqrt(26);
        Assert.Equal(2 - 0.01 * 5 / norm, Weight, 6);
        Assert.Equal(3 - 0.02 / norm, Bias, 6);
    }

    [Fact]
    public void Step_Accumulated_IsTheMeanOfTheGradients()
    {
        using var solver = new CaffeSolver(_layer.Trained(), new CaffeSolverOptions { Accumulated = 2 });
        double loss = solver.Step(i => (_layer.forward(_image) * (i + 1.0)).sum(), 0.01);
        Assert.Equal(1.5 * 13, loss, 5);
        Assert.Equal(2 - 0.01 * 5 * 1.5, Weight, 6);
    }

    [Fact]
    public void Step_LossThatIsNotFinite_SaysWhatToDo()
    {
        using var solver = new CaffeSolver(_layer.Trained(), new CaffeSolverOptions());
        Assert.Contains("rate",
            Assert.Throws<SpotException>(() => solver.Step(_ => (_layer.forward(_image) * double.NaN).sum(), 0.01)).Message,
            StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _layer.Dispose();
        _scope.Dispose();
    }

    private double Weight => Math.Round(_layer.Weight.ToArray<float>()[0], 6);

    private double Bias => Math.Round(_layer.Bias!.ToArray<float>()[0], 6);

    private void Step(CaffeSolverOptions options)
    {
        using var solver = new CaffeSolver(_layer.Trained(), options);
        solver.Step(_ => _layer.forward(_image).sum(), 0.01);
    }
}
