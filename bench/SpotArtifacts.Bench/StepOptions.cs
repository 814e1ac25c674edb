using System.Globalization;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using static TorchSharp.torch;

namespace SpotArtifacts.Bench;

/// <summary>
/// What is timed, where and for how long (a time, or with images a number of steps); the batch it is timed on; the line it prints.
/// </summary>
internal sealed record StepOptions(
    Recipe Recipe, int Threads, TimeSpan WarmUp, TimeSpan Time, Device Device, Precision Precision, string? Only, string? Images,
    int Steps)
{
    private static readonly string[] s_names =
    [
        "--preset", "--set", "--batch", "--threads", "--warm-up", "--seconds", "--device", "--precision", "--only", "--images",
        "--steps",
    ];

    /// <summary>Times runs as these options say.</summary>
    internal RunTimer Timer => new(Device, WarmUp, Time);

    /// <summary>Reads a command line; null, and what is taken on standard error, where it makes no sense.</summary>
    internal static StepOptions? Parse(string command, string[] args)
    {
        Dictionary<string, string> given = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[^1]);
        if (args.Length % 2 != 0 || given.Keys.Except(s_names).Any())
        {
            Console.Error.WriteLine($"spot-bench {command} takes {string.Join(", ", s_names)}, each with a value");
            return null;
        }
        Recipe preset = RecipeResolution.Resolve(given.GetValueOrDefault("--preset", "demo32"), null,
            given.GetValueOrDefault("--set", "").Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Device device = EngineDevice.Require(given.GetValueOrDefault("--device", "cpu"));
        return new StepOptions(
            preset with { BatchPerRank = Number("--batch", preset.BatchPerRank) },
            Number("--threads", Environment.ProcessorCount),
            Seconds("--warm-up", "1"), Seconds("--seconds", "6"),
            device, EnginePrecision.Parse(given.GetValueOrDefault("--precision", "f32"), device),
            given.GetValueOrDefault("--only"), given.GetValueOrDefault("--images"), Number("--steps", 40));

        int Number(string name, int otherwise) =>
            given.TryGetValue(name, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

        TimeSpan Seconds(string name, string otherwise) =>
            TimeSpan.FromSeconds(double.Parse(given.GetValueOrDefault(name, otherwise), CultureInfo.InvariantCulture));
    }

    /// <summary>The same of a command that trains on images; null, and what is wrong on standard error, without them or with too few
    /// steps.</summary>
    internal static StepOptions? ParseTraining(string command, string[] args)
    {
        if (Parse(command, args) is not { } options)
            return null;
        if (options is { Images: not null, Steps: > CourseTimer.WarmUpSteps })
            return options;
        Console.Error.WriteLine($"spot-bench {command} takes --images FOLDER, and --steps above {CourseTimer.WarmUpSteps}");
        return null;
    }

    /// <summary>Whether this is to be timed: "autoencoder", "spotting" or "features"; all unless one is named.</summary>
    internal bool Wants(string name) => Only is null || Only == name;

    /// <summary>Runs work on a thread of its own, as these options say: an engine's threads belong to the one that calls it.
    /// </summary>
    internal void OnOwnThread(Action work) => Task.Factory.StartNew(() =>
    {
        NativeEngine.ThreadCount = Threads;
        using IDisposable precision = EnginePrecision.Use(Precision);
        work();
    }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).GetAwaiter().GetResult();

    /// <summary>B * 3 * S * S values in [-1, 1), the same in every run.</summary>
    internal float[] Pixels()
    {
        SeededRandom random = new((ulong)Recipe.Seed);
        int size = Recipe.Network.ImageSize;
        float[] pixels = new float[Recipe.BatchPerRank * 3 * size * size];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (float)random.NextDouble(-1, 1);
        return pixels;
    }

    /// <summary>They as a tensor (B, 3, S, S) on the device, row-major.</summary>
    internal Tensor Batch()
    {
        int size = Recipe.Network.ImageSize;
        return TensorData.From<float>(Pixels(), Recipe.BatchPerRank, 3, size, size).Send(Device);
    }

    /// <summary>
    /// Prints a line, with tabs between: preset, images of a batch, threads, what was timed, median in milliseconds, images/s at
    /// the median, processor time of a run in milliseconds, runs timed, billions of operations that a run takes,
    /// managed bytes that a run allocates, bytes of memory that the process grows by in a run.
    /// </summary>
    internal void Print(string name, Timing timing, double workOfAnImage) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{Recipe.Preset}\t{Recipe.BatchPerRank}\t{Threads}\t{name}\t{timing.Median:F3}\t"
            + $"{1000 * Recipe.BatchPerRank / timing.Median:F1}\t{timing.Processor:F3}\t{timing.Runs}\t"
            + $"{Recipe.BatchPerRank * workOfAnImage / 1e9:F3}\t{timing.ManagedBytes:F0}\t{timing.SystemBytes:F0}"));
}
