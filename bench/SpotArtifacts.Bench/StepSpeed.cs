using System.Globalization;
using SpotArtifacts.Autoencoding;
using SpotArtifacts.Engine;
using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Bench;

/// <summary>
/// How long computing takes: a whole step of each stage of pre-training (forward, gradients, updates), and the features of a
/// batch. All on one batch of random pixels, the same in every run: nothing is read, decoded or augmented. With one thread the
/// processor time hardly minds what else the cores are busy with; with more it counts their waiting for each other.
/// </summary>
internal static class StepSpeed
{
    /// <summary>Times "autoencoder", "spotting" and "features".</summary>
    internal static int Run(string[] args)
    {
        if (StepOptions.Parse("steps", args) is not { } options)
            return 2;
        options.OnOwnThread(() => TimeStages(options));
        if (options.Wants("features") && IsModels(options))
            TimeModel(options);
        return 0;
    }

    /// <summary>Prints the most operations a second that convolutions reach, in billions.</summary>
    internal static int Peak(string[] args)
    {
        if (StepOptions.Parse("peak", args) is not { } options)
            return 2;
        options.OnOwnThread(() => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"peak\t{options.Threads}\t{EnginePrecision.NameOf(options.Precision)}\t"
                + $"{ConvolutionPeak.Measure(options.Recipe.BatchPerRank, options.Device, options.Timer) / 1e9:F1}")));
        return 0;
    }

    // spot features computes by an exported model, on the processor, in Float32.
    private static bool IsModels(StepOptions options) =>
        options.Device.type == DeviceType.CPU && options.Precision == Precision.F32;

    private static void TimeStages(StepOptions options)
    {
        Recipe recipe = options.Recipe;
        using Autoencoder autoencoder = new(recipe.Network), frozen = new(recipe.Network);
        InitialValues.SetVarianceScaling(autoencoder, recipe.Seed);
        InitialValues.SetVarianceScaling(frozen, recipe.Seed);
        autoencoder.to(options.Device);
        frozen.to(options.Device);
        SampleImages samples = Samples(recipe.Network.ImageSize);
        StepWork work = new(recipe.Network);
        using (AutoencodingStage stage = new(autoencoder, recipe, samples))
        {
            if (options.Wants(stage.StageName))
                TimeStage(stage, options, work.Autoencoder);
        }
        using SpottingStage spotting = new(frozen, recipe, samples, options.Device);
        if (options.Wants(spotting.StageName))
            TimeStage(spotting, options, work.Spotting);
        if (options.Wants("features") && !IsModels(options))
            TimeNetwork(spotting.Networks.Discriminator, options);
    }

    private static void TimeStage(ITrainingStage stage, StepOptions options, double work)
    {
        using DisposeScope outer = NewDisposeScope();
        Tensor images = options.Batch().ToChannelsLast();
        Timing timing = options.Timer.Time(() => Step(measure: false));
        // Numbers that have run away may take another time to compute with.
        if (Step(measure: true).Any(value => value.Name.StartsWith("loss.", StringComparison.Ordinal)
            && !double.IsFinite(value.Value)))
            throw new SpotException($"{stage.StageName}: a loss is not finite after {timing.Runs} timed steps");
        options.Print(stage.StageName, timing, work);

        IReadOnlyList<(string Name, double Value)> Step(bool measure)
        {
            using DisposeScope scope = NewDisposeScope();
            return stage.Run(0, images, [], measure);
        }
    }

    /// <summary>Features as evaluation computes them, of the last layer, averaged over the grid, on the device.</summary>
    private static void TimeNetwork(Discriminator network, StepOptions options)
    {
        using DisposeScope outer = NewDisposeScope();
        using IDisposable off = no_grad();
        Tensor images = options.Batch().ToChannelsLast();
        options.Print("features", options.Timer.Time(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            network.Trunk(images, training: false).mean([2, 3]);
        }), new StepWork(options.Recipe.Network).Features);
    }

    /// <summary>Features as <c>spot features</c> computes them. The last layer: what comes before it has to be computed as well.
    /// </summary>
    private static void TimeModel(StepOptions options)
    {
        Recipe recipe = options.Recipe;
        SpotModelOptions settings =
            new() { Layer = FeatureLayer.Conv5, BatchSize = recipe.BatchPerRank, Threads = options.Threads };
        using SpotModel model = ExportOnDemand.RandomModel(recipe, settings);
        using LoadedBatch views = new(options.Pixels(), [.. Enumerable.Range(0, recipe.BatchPerRank)], recipe.Network.ImageSize,
            null);
        options.Print("features", options.Timer.Time(() => model.EmbedAsync(views).GetAwaiter().GetResult()),
            new StepWork(recipe.Network).Features);
    }

    /// <summary>What a stage draws on its sheets, which none draws here: one black image.</summary>
    internal static SampleImages Samples(int size)
    {
        string file = Path.Combine(Path.GetTempPath(), $"spot-bench-{Environment.ProcessId}.png");
        try
        {
            PngFile.Write(file, new RgbImage(size, size));
            using ImageSet set = ImageSet.Open([file]);
            return new SampleImages(new DecodedImages(set), size);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
