using System.Globalization;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Trunk;

/// <summary>What was done to a network's weights before it is fine-tuned.</summary>
internal enum RescalingMode
{
    /// <summary>New layers are filled from data, then all layers rescaled (magic_init with <c>-cs</c>).</summary>
    Calibrated,

    /// <summary>New layers are filled from data only (magic_init without <c>-cs</c>).</summary>
    Filled,

    /// <summary>Nothing: new layers have random weights of fixed deviation.</summary>
    None,
}

/// <summary>
/// Data-dependent initialisation and rescaling of Kraehenbuehl, Doersch, Donahue and Darrell 2016 (philkr/magic_init
/// <c>magic_init.py </c>): first
/// <c>magicInitialize </c>, which touches only layers whose weights are all zero, then <c>calibrateGradientRatio </c>
/// (<c>-cs</c>) over every layer. Of its ways to fill, the default one, <c>elwise </c> (normal draws), is built; its clustering
/// of patches (<c>kmeans</c>) is not.
/// </summary>
internal static class DataDependentRescaling
{
    /// <summary>magic_init's <c>-b</c>.</summary>
    internal const double FilledBias = 0.1;

    private const int MaxRounds = 10;
    private const double Tolerance = 0.01;

    /// <summary>
    /// Normal weights and zero bias, then both scaled so that each output channel has mean <see cref="FilledBias"/> and deviation
    /// 1; layers with any weight are left alone.
    /// </summary>
    /// <param name="chain">The network.</param>
    /// <param name="batches">Images as the network will see them; the activations of all are kept.</param>
    /// <param name="generator">Source of the draws.</param>
    /// <returns>Names of the filled layers.</returns>
    internal static IReadOnlyList<string> Fill(IReadOnlyList<ChainLayer> chain, IReadOnlyList<Tensor> batches,
        Generator generator)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        List<string> filled = [];
        Tensor[] active = [.. batches];
        foreach (ChainLayer layer in chain)
        {
            Tensor[] inputs = [.. active.Select(layer.Before)];
            if (layer.Layer.Weight.abs().sum().item<float>() <= 1e-10)
            {
                filled.Add(layer.Name);
                layer.Layer.Weight.Assign(Operations.Normal(generator, layer.Layer.Weight.device, [.. layer.Layer.Weight.shape]));
                layer.Layer.Bias!.Assign(zeros_like(layer.Layer.Bias!));
                (Tensor mean, Tensor deviation) = Statistics([.. inputs.Select(layer.Layer.forward)]);
                Tensor safe = deviation.AtLeast(1e-8); // a channel that never varies would become infinite
                layer.Layer.Weight.Assign(layer.Layer.Weight / safe.reshape(-1, 1, 1, 1));
                layer.Layer.Bias!.Assign((mean.Times(-1) / safe).Plus(FilledBias));
            }
            active = [.. inputs.Select(layer.Layer.forward)];
        }
        return filled;
    }

    /// <summary>
    /// Scales every layer so that the ratio of root mean square weight gradient and weight is the same in all: with a random
    /// normal gradient at the top, r = RMS(gradient) / RMS(weight), the target is the geometric mean of r times the output's
    /// deviation to the power 1 / L; weights and bias times sqrt(r / target), bias also times the change of its layer's input
    /// scale; up to ten rounds, until |log r / log target - 1| is below 1 % everywhere.
    /// </summary>
    /// <returns>The rounds taken, and the largest remaining |log r / log target - 1|.</returns>
    internal static (int Rounds, double Deviation) Calibrate(IReadOnlyList<ChainLayer> chain, IReadOnlyList<Tensor> batches,
        Generator generator)
    {
        double[] bottomScale = new double[chain.Count];
        double outputDeviation = Pass(chain, batches, (layer, scale) => bottomScale[layer] = scale);
        for (int round = 0; ; round++)
        {
            // As there, the gradient is that of the last batch, whose activations the forward pass has left.
            double[] ratios = Ratios(chain, batches[^1], generator);
            double target = Math.Exp(ratios.Average(Math.Log)) * Math.Pow(outputDeviation, 1.0 / ratios.Length);
            double worst = ratios.Max(ratio => Math.Abs(Math.Log(ratio) / Math.Log(target) - 1));
            if (!double.IsFinite(target) || target <= 0)
                throw new SpotException(
                    "the weights cannot be rescaled: a layer's gradient or output is zero or not finite (dead units?); use --set "
                        + "rescaling=none");
            if (worst < Tolerance || round == MaxRounds)
                return (round, worst);
            outputDeviation = Pass(chain, batches, (layer, scale) =>
            {
                double factor = Math.Sqrt(ratios[layer] / target);
                Scale(chain[layer].Layer.Bias!, scale / bottomScale[layer] * factor);
                Scale(chain[layer].Layer.Weight, factor);
                bottomScale[layer] = scale;
            });
        }
    }

    /// <summary>What happened, for reports.</summary>
    internal static string Describe(IReadOnlyList<string> filled, (int Rounds, double Deviation)? calibration) =>
        $"filled from data (elwise, bias {FilledBias.ToString(CultureInfo.InvariantCulture)}): "
            + $"{(filled.Count == 0 ? "none" : string.Join(", ", filled))}; " + (calibration is { } c
            ? string.Create(CultureInfo.InvariantCulture,
                $"gradient ratios calibrated (-cs) in {c.Rounds} rounds, largest remaining |log r / log target - 1| "
                    + $"{c.Deviation:0.000}")
            : "not calibrated");

    /// <summary>Runs all batches layer by layer; before each layer its input's mean absolute value is told.</summary>
    /// <returns>Mean over output channels of their standard deviation.</returns>
    private static double Pass(IReadOnlyList<ChainLayer> chain, IReadOnlyList<Tensor> batches, Action<int, double> beforeLayer)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor[] active = [.. batches];
        for (int i = 0; i < chain.Count; i++)
        {
            Tensor[] inputs = [.. active.Select(chain[i].Before)];
            beforeLayer(i, inputs.Average(input => (double)input.abs().mean().item<float>()));
            active = [.. inputs.Select(chain[i].Layer.forward)];
        }
        return Statistics(active).Deviation.mean().item<float>();
    }

    private static double[] Ratios(IReadOnlyList<ChainLayer> chain, Tensor batch, Generator generator)
    {
        using IDisposable on = enable_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor[] weights = [.. chain.Select(layer => layer.Layer.Weight)];
        bool[] recorded = [.. weights.Select(weight => weight.requires_grad)];
        foreach (Tensor weight in weights)
            weight.requires_grad = true;
        Tensor output = ChainLayer.Run(chain, batch);
        Tensor[] gradients = Gradients.Of([output], weights,
            outputGradients: [Operations.Normal(generator, output.device, [.. output.shape])]);
        for (int i = 0; i < weights.Length; i++)
            weights[i].requires_grad = recorded[i];
        using IDisposable off = no_grad();
        return [.. gradients.Zip(weights, (g, w) =>
            Math.Sqrt(g.Squared().mean().item<float>() / (double)w.Squared().mean().item<float>()))];
    }

    /// <summary>Mean and standard deviation of each channel over all batches and positions.</summary>
    private static (Tensor Mean, Tensor Deviation) Statistics(Tensor[] outputs)
    {
        Tensor rows = cat([.. outputs.Select(y => y.permute(0, 2, 3, 1).reshape(-1, y.shape[1]))], 0);
        Tensor mean = rows.mean([0], keepdim: true);
        return (mean.reshape(-1), (rows - mean).Squared().mean([0]).sqrt());
    }

    private static void Scale(Tensor parameter, double factor) => parameter.Assign(parameter.detach().Times(factor));
}
