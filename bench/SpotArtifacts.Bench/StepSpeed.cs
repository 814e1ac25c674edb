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
/// batch. All on one batch of random pixels, the same in every run: nothing is read, decoded or augmented.
/// </summary>
internal static class StepSpeed
{
    private static readonly string[] s_options =
        ["--preset", "--batch", "--threads", "--seconds", "--device", "--precision"];

    /// <summary>
    /// Prints a line for each of "autoencoder", "spotting" and "features", with tabs between: preset, images of a batch, threads,
    /// what was timed, median in milliseconds, images/s at the median, processor time of a run in milliseconds, runs timed. With
    /// one thread the processor time hardly minds what else the cores are busy with; with more it counts their waiting for each
    /// other.
    /// </summary>
    internal static int Run(string[] args)
    {
        Dictionary<string, string> given = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[^1]);
        if (args.Length % 2 != 0 || given.Keys.Except(s_options).Any())
        {
            Console.Error.WriteLine($"spot-bench steps takes {string.Join(", ", s_options)}, each with a value");
            return 2;
        }
        Recipe preset = Presets.Get(given.GetValueOrDefault("--preset", "demo32"));
        Recipe recipe = preset with
        {
            BatchPerRank = given.TryGetValue("--batch", out string? batch) ? Number(batch)
            : preset.BatchPerRank
        };
        int threads = given.TryGetValue("--threads", out string? count) ? Number(count) : Environment.ProcessorCount;
        var time = TimeSpan.FromSeconds(double.Parse(given.GetValueOrDefault("--seconds", "6"), CultureInfo.InvariantCulture));
        Device device = EngineDevice.Require(given.GetValueOrDefault("--device", "cpu"));
        Precision precision = EnginePrecision.Parse(given.GetValueOrDefault("--precision", "f32"), device);
        var timer = new RunTimer(device, time);
        // An engine's threads belong to the thread that calls it: one computes everything here, and the model below has one of
        // its own.
        OnOwnThread(() =>
        {
            NativeEngine.ThreadCount = threads;
            using IDisposable use = EnginePrecision.Use(precision);
            TimeStages(recipe, device, timer);
        });
        if (device.type == DeviceType.CPU && precision == Precision.F32)
            TimeModel(recipe, threads, timer);
        return 0;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static void OnOwnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .GetAwaiter().GetResult();

    private static void TimeStages(Recipe recipe, Device device, RunTimer timer)
    {
        using Autoencoder autoencoder = new(recipe.Network), frozen = new(recipe.Network);
        InitialValues.SetVarianceScaling(autoencoder, recipe.Seed);
        InitialValues.SetVarianceScaling(frozen, recipe.Seed);
        autoencoder.to(device);
        frozen.to(device);
        SampleImages samples = Samples(recipe.Network.ImageSize);
        using (AutoencodingStage stage = new(autoencoder, recipe, samples))
            TimeStage(stage, recipe, device, timer);
        using SpottingStage spotting = new(frozen, recipe, samples, device);
        TimeStage(spotting, recipe, device, timer);
        if (device.type != DeviceType.CPU || EnginePrecision.Current != Precision.F32)
            TimeNetwork(spotting.Networks.Discriminator, recipe, device, timer);
    }

    private static void TimeStage(ITrainingStage stage, Recipe recipe, Device device, RunTimer timer)
    {
        using DisposeScope outer = NewDisposeScope();
        Tensor images = Batch(recipe, device);
        Timing timing = timer.Time(() => Step(measure: false));
        // Numbers that have run away may take another time to compute with.
        if (Step(measure: true).Any(value => value.Name.StartsWith("loss.", StringComparison.Ordinal)
            && !double.IsFinite(value.Value)))
            throw new SpotException($"{stage.StageName}: a loss is not finite after {timing.Runs} timed steps");
        Print(stage.StageName, recipe, timing);

        IReadOnlyList<(string Name, double Value)> Step(bool measure)
        {
            using DisposeScope scope = NewDisposeScope();
            return stage.Run(0, images, [], measure);
        }
    }

    /// <summary>Features as evaluation computes them, of the last layer, averaged over the grid, on the device.</summary>
    private static void TimeNetwork(Discriminator network, Recipe recipe, Device device, RunTimer timer)
    {
        using DisposeScope outer = NewDisposeScope();
        using IDisposable off = no_grad();
        Tensor images = Batch(recipe, device);
        Print("features", recipe, timer.Time(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            network.FinishConv5(network.Trunk(images), training: false).mean([2, 3]);
        }));
    }

    /// <summary>Features as <c>spot features</c> computes them. The last layer: what comes before it has to be computed as well.
    /// </summary>
    private static void TimeModel(Recipe recipe, int threads, RunTimer timer)
    {
        SpotModelOptions options = new() { Layer = FeatureLayer.Conv5, BatchSize = recipe.BatchPerRank, Threads = threads };
        using SpotModel model = ExportOnDemand.RandomModel(recipe, options);
        using LoadedBatch views = new(Pixels(recipe), [.. Enumerable.Range(0, recipe.BatchPerRank)], recipe.Network.ImageSize,
            null);
        Print("features", recipe, timer.Time(() => model.EmbedAsync(views).GetAwaiter().GetResult()), threads);
    }

    private static Tensor Batch(Recipe recipe, Device device) => TensorData.From<float>(Pixels(recipe), recipe.BatchPerRank, 3,
        recipe.Network.ImageSize, recipe.Network.ImageSize).ToChannelsLast().Send(device);

    /// <summary>B * 3 * S * S values in [-1, 1).</summary>
    private static float[] Pixels(Recipe recipe)
    {
        SeededRandom random = new((ulong)recipe.Seed);
        float[] pixels = new float[recipe.BatchPerRank * 3 * recipe.Network.ImageSize * recipe.Network.ImageSize];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (float)random.NextDouble(-1, 1);
        return pixels;
    }

    /// <summary>What a stage draws on its sheets, which none draws here: one black image.</summary>
    private static SampleImages Samples(int size)
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

    private static void Print(string name, Recipe recipe, Timing timing, int? threads = null) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{recipe.Preset}\t{recipe.BatchPerRank}\t{threads ?? NativeEngine.ThreadCount}\t{name}\t{timing.Median:F3}\t"
                + $"{1000 * recipe.BatchPerRank / timing.Median:F1}\t{timing.Processor:F3}\t{timing.Runs}"));
}
