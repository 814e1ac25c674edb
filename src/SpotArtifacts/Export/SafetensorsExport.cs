using System.Globalization;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using SpotArtifacts.Spotting.Trunks;

namespace SpotArtifacts.Export;

/// <summary>Writes a run's networks as one safetensors file (docs/weights.md).</summary>
public static class SafetensorsExport
{
    private const string AveragePrefix = "ema.";

    private static readonly string[] s_networks = ["encoder.", "decoder.", "repair.", "generator.", "discriminator."];

    /// <summary>What torchvision's AlexNet calls the layers that it has too; the keep-mask head keeps its name.</summary>
    private static readonly Dictionary<string, string> s_torchvision = new()
    {
        ["conv1"] = "features.0",
        ["conv2"] = "features.3",
        ["conv3"] = "features.6",
        ["conv4"] = "features.8",
        ["conv5"] = "features.10",
        ["fc1"] = "classifier.1",
        ["fc2"] = "classifier.4",
        ["mask_head"] = "mask_head",
    };

    internal static string Version => typeof(SafetensorsExport).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Writes the file: it is complete or absent.</summary>
    /// <param name="trained">A run or an exported file.</param>
    /// <param name="path">Where to; an existing file is replaced.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops before the file is written: nothing is left behind.</param>
    /// <exception cref="SpotException">A tensor is missing, or averages are wanted and there are none.</exception>
    public static void Write(
        TrainedWeights trained, string path, SafetensorsExportOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(trained);
        options ??= new SafetensorsExportOptions();
        bool folded = options.Fold || options.Names == TensorNames.Torchvision;
        if (options.Names == TensorNames.Torchvision && trained.Recipe.Network.Trunk == TrunkKind.Resnet18)
            throw new SpotException(
                $"{trained.Path} has network.trunk resnet18, and the convolutions of torchvision's ResNet have no biases that batch "
                    + "norms could be folded into: leave --names torchvision out");
        Checkpoint file = folded
            ? Folded(FoldedNetworks.Of(trained, options.Averaged), options.Names)
            : Networks(trained, options.Averaged);
        file.SetText("producer", $"spot {Version}");
        file.SetText("names", options.Names == TensorNames.Spot ? "spot" : "torchvision");
        file.SetText(TrainedWeights.BatchNormKey, folded ? "folded" : TrainedWeights.BatchNormKept);
        file.SetText("weights", options.Averaged ? "exponential moving average" : "last step");
        file.SetText(
            "rgb_mean", string.Join(", ", Discriminator.RgbMean.Select(value => value.ToString(CultureInfo.InvariantCulture))));
        file.SetNumber("image_size", trained.Recipe.Network.ImageSize);
        file.SetNumber("conv1_stride", TrunkPlan.Of(trained.Recipe.Network).Convolutions.First().Shape.Stride);
        file.SetText(TrainedWeights.RecipeKey, RecipeFile.ToYaml(trained.Recipe));
        cancellation.ThrowIfCancellationRequested();
        file.Write(path);
    }

    /// <summary>Refuses where a file has no averages: they would silently be the last step's weights.</summary>
    internal static void RequireAverages(TrainedWeights trained)
    {
        if (!trained.Weights.TensorNames.Any(name => name.StartsWith(AveragePrefix, StringComparison.Ordinal)))
            throw new SpotException(
                $"{trained.Path} holds no moving averages; leave --ema out, or name the run folder it came from");
    }

    private static Checkpoint Networks(TrainedWeights trained, bool averaged)
    {
        if (averaged)
            RequireAverages(trained);
        var file = new Checkpoint();
        foreach (string name in trained.Weights.TensorNames)
            if (Array.Exists(s_networks, prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
                file.AddFrom(
                    trained.Weights, averaged && trained.Weights.Has(AveragePrefix + name) ? AveragePrefix + name : name, name);
        return file;
    }

    private static Checkpoint Folded(FoldedNetworks network, TensorNames names)
    {
        var file = new Checkpoint();
        IEnumerable<FoldedLayer> layers = network.Convolutions;
        if (network.ClassHead is { } classes)
            layers = [.. layers, classes.Hidden, classes.Logits];
        foreach (FoldedLayer layer in network.MaskHead is { } head ? layers.Append(head) : layers)
        {
            string name = names == TensorNames.Torchvision ? s_torchvision[layer.Name] : $"discriminator.{layer.Name}";
            // torchvision's classifier is made of matrix products: (out, in) with the inputs in the order channel, row, column.
            bool product = names == TensorNames.Torchvision && layer.Name.StartsWith("fc", StringComparison.Ordinal);
            file.Add(
                $"{name}.weight", layer.Weight, product ? [layer.Shape[0], layer.Weight.Length / layer.Shape[0]] : layer.Shape);
            file.Add($"{name}.bias", layer.Bias, layer.Bias.Length);
        }
        return file;
    }
}
