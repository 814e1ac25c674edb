using SpotArtifacts.Images.Files;
using SpotArtifacts.Networks;
using SpotArtifacts.Verification;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Bench.Plain;

/// <summary>
/// Replays golden tensors with the plain steps: losses and gradients of the first step, losses of five slow ones.
/// </summary>
internal static class PlainReplay
{
    private const int Steps = 5;

    /// <summary>What was compared, judged as <c>spot verify</c> judges it; what the plain steps do not show is not looked at.
    /// </summary>
    internal static VerificationReport Verify(string path)
    {
        using DisposeScope scope = NewDisposeScope();
        Fixture fixture = Fixture.Of(SafetensorsFile.Read(path));
        var comparisons = new Comparisons(fixture);
        using var steps = new PlainSteps(fixture.Settings.Recipe, fixture.Settings.Adam, fixture.Settings.SlowLearningRate);
        bool first = fixture.Kind is FixtureKind.Autoencoder or FixtureKind.AutoencoderDigest;
        nn.Module[] networks = first ? [steps.Encoder, steps.Decoder]
            : [steps.Encoder, steps.Decoder, steps.Repair, steps.Discriminator];
        fixture.Load(networks.SelectMany(Tensors), "state0");
        Tensor images = fixture.Input("in/x");
        if (first)
            ReplayFirst(steps, images, comparisons);
        else
            ReplaySecond(steps, images, fixture.Input("in/mask"), comparisons);
        return comparisons.Report(path);
    }

    private static void ReplayFirst(PlainSteps steps, Tensor images, Comparisons comparisons)
    {
        (Tensor loss, Tensor[] gradients) = steps.Autoencode(images);
        comparisons.Compare("loss/ae.mse", loss);
        Compare("grad.ae", [steps.Encoder, steps.Decoder], steps.Autoencoding, gradients, comparisons);
    }

    private static void ReplaySecond(PlainSteps steps, Tensor images, Tensor mask, Comparisons comparisons)
    {
        steps.Freeze();
        float[] spotting = new float[Steps], repair = new float[Steps];
        for (int i = 0; i < Steps; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            (double ofSpotting, double ofRepair) = (steps.Spotting.DecayLoss(), steps.Repairing.DecayLoss());
            (PlainLosses losses, Tensor[] spottingGradients, Tensor[] repairGradients) = steps.Spot(images, mask);
            spotting[i] = (float)(ofSpotting + (losses.SpottingCross + losses.Mask).item<float>());
            repair[i] = (float)(ofRepair + (losses.RepairCross + losses.SquaredError).item<float>());
            if (i == 0)
            {
                comparisons.Compare("loss/disc.ce", losses.SpottingCross);
                comparisons.Compare("loss/disc.mask", losses.Mask);
                comparisons.Compare("loss/repair.ce", losses.RepairCross);
                comparisons.Compare("loss/repair.mse", losses.SquaredError);
                Compare("grad.disc", [steps.Discriminator], steps.Spotting, spottingGradients, comparisons);
                Compare("grad.repair", [steps.Repair], steps.Repairing, repairGradients, comparisons);
            }
            steps.Spotting.Step(spottingGradients);
            steps.Repairing.Step(repairGradients);
        }
        comparisons.Compare("slow_curve/disc.total", spotting);
        comparisons.Compare("slow_curve/repair.total", repair);
    }

    private static void Compare(string group, nn.Module[] networks, PlainOptimizer optimizer, Tensor[] gradients,
        Comparisons comparisons)
    {
        using IDisposable off = no_grad();
        string[] names = [.. networks.SelectMany(Names)];
        for (int i = 0; i < gradients.Length; i++)
            comparisons.Compare($"{group}/{names[i]}", optimizer.WithDecay(gradients[i], i));
    }

    private static IEnumerable<string> Names(nn.Module network) => network.named_parameters()
        .Where(parameter => parameter.parameter.requires_grad).Select(parameter => $"{network.GetName()}.{parameter.name}");

    // Matrices stand as convolutions in the files; the scales of norms that only shift do not stand there at all.
    private static IEnumerable<NetworkTensor> Tensors(nn.Module network)
    {
        foreach ((string name, Tensor value) in network.state_dict())
        {
            if (name.Contains("num_batches", StringComparison.Ordinal) || name == "_mean"
                || (network is PlainDiscriminator && name.EndsWith("bn.weight", StringComparison.Ordinal)))
                continue;
            bool norm = name.Contains(".bn.", StringComparison.Ordinal) || name.StartsWith("bn.", StringComparison.Ordinal);
            TensorRole role = name.Contains("running", StringComparison.Ordinal) ? TensorRole.RunningStatistic
                : (norm, name.EndsWith("weight", StringComparison.Ordinal)) switch
                {
                    (true, true) => TensorRole.NormScale,
                    (true, false) => TensorRole.NormShift,
                    (false, true) => TensorRole.ConvolutionWeight,
                    _ => TensorRole.Bias,
                };
            int groups = network is PlainDiscriminator && name is "conv2.weight" or "conv4.weight" or "conv5.conv.weight" ? 2 : 1;
            yield return new NetworkTensor($"{network.GetName()}.{name}", AsConvolution(network, name, value), role, groups);
        }
    }

    private static Tensor AsConvolution(nn.Module network, string name, Tensor value)
    {
        if (value.Dimensions != 2)
            return value;
        long channels = name == "fc2.weight" ? value.shape[1] : ((PlainDiscriminator)network).Channels;
        long grid = (long)Math.Sqrt(value.shape[1] / channels);
        using IDisposable off = no_grad();
        return value.view(value.shape[0], channels, grid, grid);
    }
}
