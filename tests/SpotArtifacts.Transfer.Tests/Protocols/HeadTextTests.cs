using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Protocols;
using SpotArtifacts.Transfer.Tests.Evaluation;

namespace SpotArtifacts.Transfer.Tests.Protocols;

/// <summary>What a report says of a head follows the options that train it.</summary>
public sealed class HeadTextTests : IDisposable
{
    private static readonly LayerwiseHeadOptions s_plain =
        new() { Epochs = 1, Batch = 1, Rate = (_, _) => 1, Head = new LinearHeadOptions() };
    private readonly EvaluationBench _bench = new();

    [Fact]
    public void Head_EachOption_ChangesTheWords()
    {
        Assert.Equal("linear layer with bias; initial weights 0, biases 0", HeadText.Head(s_plain));
        Assert.Equal(
            "each layer's features divided by one number, so that their root mean square is 0.7071; linear layer with bias; "
                + "initial weights N(0, 1 / sqrt(3 D)), D being the numbers of the layer, biases 0",
            HeadText.Head(s_plain with
            {
                RootMeanSquare = Math.Sqrt(0.5),
                Head = new LinearHeadOptions { FanInDeviation = true }
            }));
        Assert.Equal(
            "batch norm without scale and shift (momentum 0.25, eps 1e-5); linear layer with bias; initial weights N(0, 0.02), "
                + "biases 0",
            HeadText.Head(s_plain with
            {
                Head = new LinearHeadOptions
                {
                    Norm = new HeadNorm(0.25, 1e-5),
                    InitialDeviation = 0.02
                }
            }));
    }

    [Fact]
    public void Optimizer_EachOption_ChangesTheWords()
    {
        Assert.Equal("SGD, momentum 0.9; L2 on weights alone", HeadText.Optimizer(new LinearHeadOptions()));
        Assert.Equal(
            "SGD, momentum 0.5, Nesterov; L2 on weights and biases; biases at 3 times the rate",
            HeadText.Optimizer(new LinearHeadOptions { Momentum = 0.5, Nesterov = true, BiasDecays = true, BiasRate = 3 }));
    }

    [Fact]
    public void Table_Rows_AreFactorsAndSharesOfTheSteps() =>
        Assert.Equal("rate x1, x0.0008 from 0, 12.5 % of the steps", HeadText.Table([(0, 1), (0.125, 0.0008)]));

    [Fact]
    public void Evaluate_SettingOfTheHead_StandsInTheReport()
    {
        ProtocolResult result = _bench.Measure("linear-rotnet", [1], "epochs=1", "initial_deviation=0.125");

        Assert.Contains(("head",
            "batch norm without scale and shift (momentum 0.1, eps 1e-5); linear layer with bias; initial weights N(0, 0.125), "
                + "biases 0"), result.Facts);
        Assert.Contains(("optimizer",
            "SGD, momentum 0.9, Nesterov; L2 on weights and biases; rate x1, x0.2, x0.04, x0.008 from 0, 14.2857, 42.8571, "
                + "71.4286 % of the steps"), result.Facts);
    }

    public void Dispose() => _bench.Dispose();
}
