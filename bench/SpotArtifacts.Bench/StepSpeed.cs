using System.Diagnostics;
using System.Globalization;
using SpotArtifacts.Autoencoding;
using SpotArtifacts.Engine;
using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Bench;

/// <summary>
/// How long computing takes: a whole step of each stage of pre-training (forward, gradients, updates), and the features of a
/// batch as
/// <c>spot features</c> computes them. All on one batch of random pixels, the same in every run: nothing is read, decoded or
/// augmented.
/// </summary>
internal static class StepSpeed
{
    private const int WarmUpRuns = 3, FewestRuns = 3;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(1);

    private static readonly string[] s_options = ["--preset", "--batch", "--threads", "--seconds"];

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
        // An engine's threads belong to the thread that calls it: one computes both stages, and the model below has one of its
        // own.
        Task.Factory.StartNew(() => TimeStages(recipe, threads, time), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default)
            .GetAwaiter().GetResult();
        TimeFeatures(recipe, threads, time);
        return 0;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static void TimeStages(Recipe recipe, int threads, TimeSpan time)
    {
        NativeEngine.ThreadCount = threads;
        using Autoencoder autoencoder = new(recipe.Network), frozen = new(recipe.Network);
        InitialValues.SetVarianceScaling(autoencoder, recipe.Seed);
        InitialValues.SetVarianceScaling(frozen, recipe.Seed);
        SampleImages samples = Samples(recipe.Network.ImageSize);
        using (AutoencodingStage stage = new(autoencoder, recipe, samples))
            TimeStage(stage, recipe, threads, time);
        using (SpottingStage stage = new(frozen, recipe, samples))
            TimeStage(stage, recipe, threads, time);
    }

    private static void TimeStage(ITrainingStage stage, Recipe recipe, int threads, TimeSpan time)
    {
        using DisposeScope outer = NewDisposeScope();
        Tensor images = TensorData.From<float>(Pixels(recipe), recipe.BatchPerRank, 3, recipe.Network.ImageSize,
            recipe.Network.ImageSize).ToChannelsLast();
        IReadOnlyList<(string Name, double Value)> values = [];
        Timing timing = Time(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            values = stage.Run(0, images, [], measure: false);
        }, time);
        // Numbers that have run away may take another time to compute with.
        if (values.Any(value => !double.IsFinite(value.Value)))
            throw new SpotException($"{stage.StageName}: a loss is not finite after {timing.Runs} timed steps");
        Print(stage.StageName, recipe, threads, timing);
    }

    // The last layer: what comes before it has to be computed as well.
    private static void TimeFeatures(Recipe recipe, int threads, TimeSpan time)
    {
        SpotModelOptions options = new() { Layer = FeatureLayer.Conv5, BatchSize = recipe.BatchPerRank, Threads = threads };
        using SpotModel model = ExportOnDemand.RandomModel(recipe, options);
        using LoadedBatch views = new(Pixels(recipe), [.. Enumerable.Range(0, recipe.BatchPerRank)], recipe.Network.ImageSize,
            null);
        Print("features", recipe, threads, Time(() => model.EmbedAsync(views).GetAwaiter().GetResult(), time));
    }

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

    /// <summary>Times runs, after some that do not count: compiled code, chosen kernels, memory.</summary>
    private static Timing Time(Action run, TimeSpan time)
    {
        Repeat(run, WarmUpRuns, s_warmUp);
        return Repeat(run, FewestRuns, time);
    }

    private static Timing Repeat(Action run, int fewest, TimeSpan time)
    {
        List<double> milliseconds = [];
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long begin = Stopwatch.GetTimestamp();
        while (milliseconds.Count < fewest || Stopwatch.GetElapsedTime(begin) < time)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        processor = Environment.CpuUsage.TotalTime - processor;
        return new Timing(milliseconds.Order().ElementAt(milliseconds.Count / 2),
            processor.TotalMilliseconds / milliseconds.Count, milliseconds.Count);
    }

    private static void Print(string name, Recipe recipe, int threads, Timing timing) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{recipe.Preset}\t{recipe.BatchPerRank}\t{threads}\t{name}\t{timing.Median:F3}\t"
            + $"{1000 * recipe.BatchPerRank / timing.Median:F1}\t{timing.Processor:F3}\t{timing.Runs}"));

    /// <summary>What runs took.</summary>
    /// <param name="Median">Milliseconds by the clock, of the middle one.</param>
    /// <param name="Processor">Milliseconds of processor time, all threads of the process together, on average.</param>
    /// <param name="Runs">How many.</param>
    private sealed record Timing(double Median, double Processor, int Runs);
}
