using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using SpotArtifacts.Autoencoding;
using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Bench;

/// <summary>
/// Steps on several ranks: what the model predicts out of one rank's computing and measured sums, beside what was measured
/// (<c>mpirun -np 2 spot-bench ranks</c>); and the model's table for clusters that nobody here has. On a CUDA device it also makes
/// sure of NCCL's operations, between as many ranks as there are.
/// </summary>
internal static class RankSpeed
{
    private const double Images = 1e9;
    private const int Rounds = 4;
    private const long LargeSum = GradientAverage.BucketLength;

    /// <summary>An image's time in stage 2 of <c>paper96</c> on an H200 in bf16, as docs/performance.md has it: 7,342 images/s.
    /// </summary>
    private const double PaperImageOnH200 = 1 / 7342.0;

    // One of eight NDR InfiniBand ports (400 Gbit/s) for each device, three quarters of it in use, and what NCCL takes to start.
    private static readonly RankLink s_cluster = new(Latency: 15e-6, Bandwidth: 37.5e9);

    /// <summary>Measures and prints.</summary>
    internal static int Run(string[] args)
    {
        if (StepOptions.Parse("ranks", args) is not { } options)
            return 2;
        ICommunicator world = RankSession.Start();
        if (world.Size > 1)
            options = options with
            {
                Threads = RankSession.Threads
                    ?? NativeEngine.ThreadsFor(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), Environment.ProcessorCount),
            };
        options.OnOwnThread(() => Measure(options, world));
        RankSession.End(0);
        return 0;
    }

    private static void Measure(StepOptions options, ICommunicator world)
    {
        bool cuda = options.Device.type == DeviceType.CUDA;
        ICommunicator between = cuda ? new NcclCommunicator(world, Math.Max(0, options.Device.index)) : world;
        Say(world, $"{between.Description}; {options.Recipe.Preset}, {options.Recipe.BatchPerRank} images on each of "
            + $"{world.Size} ranks, {options.Threads} threads");
        if (cuda)
            CheckOperations(between, options.Device, line => Say(world, line));
        RankLink link = MeasureLink(between, options);
        double number = 2e6 * Math.Ceiling(Math.Log2(world.Size)) * link.Latency,
            bucket = 2e3 * (world.Size - 1) / world.Size * LargeSum * sizeof(float) / link.Bandwidth;
        Say(world, string.Create(CultureInfo.InvariantCulture,
            $"a sum of one number {number:F1} us, of {LargeSum * sizeof(float) / 1e6:F1} MB {bucket:F2} ms more"));
        MeasureStages(options, between, link);
        if (world.Rank == 0)
            PrintCluster();
        if (cuda)
            between.Dispose();
    }

    private static void MeasureStages(StepOptions options, ICommunicator between, RankLink link)
    {
        Recipe recipe = options.Recipe;
        using Autoencoder autoencoder = new(recipe.Network), frozen = new(recipe.Network);
        InitialValues.SetVarianceScaling(autoencoder, recipe.Seed);
        InitialValues.SetVarianceScaling(frozen, recipe.Seed);
        autoencoder.to(options.Device);
        frozen.to(options.Device);
        SampleImages samples = StepSpeed.Samples(recipe.Network.ImageSize);
        using AutoencodingStage first = new(autoencoder, recipe, samples);
        MeasureStage(first, options, between, link);
        using SpottingStage second = new(frozen, recipe, samples, options.Device);
        MeasureStage(second, options, between, link);
    }

    private static void MeasureStage(ITrainingStage stage, StepOptions options, ICommunicator between, RankLink link)
    {
        using DisposeScope outer = NewDisposeScope();
        Tensor images = options.Batch().ToChannelsLast();
        StageRanks ranks = new(between, options.Recipe.BatchPerRank, new RankOptions());
        ranks.Begin(stage);
        StepOptions round = options with { Time = options.Time / Rounds };
        Time(between, round, () => ranks.Run(stage, 0, images, [], measure: false)); // compiled, warm
        double alone = 0, together = 0;
        for (int i = 0; i < Rounds; i++) // in turns: what else the machine does is shared between them
        {
            alone += Time(between, round, () => stage.Run(0, images, [], measure: false)) / Rounds;
            together += Time(between, round, () => ranks.Run(stage, 0, images, [], measure: false)) / Rounds;
        }
        RankModel model = new(alone, [.. SumsOf(stage)], link);
        double predicted = model.Step(between.Size);
        Say(between, string.Create(CultureInfo.InvariantCulture,
            $"{stage.StageName}: a step alone {1e3 * alone:F2} ms; of {between.Size} ranks predicted {1e3 * predicted:F2} ms, "
                + $"measured {1e3 * together:F2} ms ({together / predicted - 1:+0.0%;-0.0%} beside the prediction), "
                + $"{options.Recipe.BatchPerRank * between.Size / together:F1} images/s"));
        if (ranks.Exchange is { } exchange)
            Say(between, exchange);
    }

    /// <summary>Bytes of each sum of a step: buckets of gradients of each network, and the statistics of its batch norms.</summary>
    internal static IEnumerable<double> SumsOf(ITrainingStage stage) => stage.Trained.SelectMany(trained =>
    {
        double gradients = 4.0 * trained.Optimizer.Values.Sum(value => value.numel());
        double statistics = 4.0 * trained.Network.Tensors().Where(one => !one.IsTrained).Sum(one => one.Value.numel());
        double buckets = Math.Ceiling(gradients / (4 * GradientAverage.BucketLength));
        return Enumerable.Repeat(gradients / Math.Max(1, buckets), (int)buckets).Append(statistics);
    });

    // The slowest rank's median, since all wait for it.
    private static double Time(ICommunicator between, StepOptions options, Action step)
    {
        int steps = 0;
        List<double> seconds = [];
        between.Barrier();
        while (true)
        {
            long start = Stopwatch.GetTimestamp();
            using (NewDisposeScope())
                step();
            EngineDevice.Wait(options.Device);
            if (++steps > 5)
                seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            // Rank 0's clock decides for all, or one would wait for a step that another does not do.
            byte[] goesOn = [seconds.Sum() < options.Time.TotalSeconds ? (byte)1 : (byte)0];
            between.Broadcast(goesOn.AsSpan(), root: 0);
            if (goesOn[0] == 0)
                break;
        }
        double[] mine = [seconds.Order().ElementAt(seconds.Count / 2)], all = new double[between.Size];
        between.Gather(MemoryMarshal.AsBytes<double>(mine),
            MemoryMarshal.AsBytes(all.AsSpan()));
        return all.Max();
    }

    private static RankLink MeasureLink(ICommunicator between, StepOptions options)
    {
        if (between.Size == 1)
            return s_cluster;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable off = no_grad();
        Tensor small = TensorData.Full(0, options.Device, 1), large = TensorData.Full(0, options.Device, LargeSum);
        StepOptions shortly = options with { Time = TimeSpan.FromSeconds(1) };
        double nothing = Time(between, shortly, () => between.StartSum(RankGroup.FloatsOf(small)).Finish());
        double bucket = Time(between, shortly, () => between.StartSum(RankGroup.FloatsOf(large)).Finish());
        double sent = 2.0 * (between.Size - 1) / between.Size * LargeSum * sizeof(float);
        return new RankLink(nothing / (2 * Math.Ceiling(Math.Log2(between.Size))), sent / Math.Max(1e-9, bucket - nothing));
    }

    private static void CheckOperations(ICommunicator between, Device device, Action<string> say)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable off = no_grad();
        int size = between.Size, rank = between.Rank;
        Tensor values = TensorData.Full(rank + 1, device, size), all = TensorData.Full(0, device, size * size),
            parts = TensorData.Full(0, device, size);
        between.StartSum(RankGroup.FloatsOf(values)).Finish();
        bool sum = values.ToArray<float>().All(value => value == size * (size + 1) / 2);
        between.Gather(RankGroup.FloatsOf(values), RankGroup.FloatsOf(all));
        bool gather = all.ToArray<float>().All(value => value == size * (size + 1) / 2);
        between.Exchange(RankGroup.FloatsOf(values), RankGroup.FloatsOf(parts));
        bool exchange = parts.ToArray<float>().SequenceEqual(values.ToArray<float>());
        Tensor own = TensorData.Full(rank + 5, device, 3);
        between.Broadcast(RankGroup.FloatsOf(own), root: 0);
        bool broadcast = own.ToArray<float>().All(value => value == 5);
        say($"NCCL between {size}: sum {Word(sum)}, gather {Word(gather)}, exchange {Word(exchange)}, "
            + $"broadcast {Word(broadcast)}");

        static string Word(bool right) => right ? "right" : "WRONG";
    }

    // imagenet128 has an image of (128 / 96)^2 as many pixels; gradients are counted, not guessed.
    private static void PrintCluster()
    {
        Recipe recipe = Presets.Get("imagenet128");
        using Autoencoder autoencoder = new(recipe.Network);
        using SpottingStage stage = new(autoencoder, recipe, StepSpeed.Samples(recipe.Network.ImageSize));
        double[] sums = [.. SumsOf(stage)];
        double compute = recipe.BatchPerRank * PaperImageOnH200 * 128 * 128 / (96.0 * 96);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\nimagenet128, stage 2, {recipe.BatchPerRank} images a rank, {compute * 1e3:F1} ms of computing, "
                + $"{sums.Sum() / 1e6:F1} MB summed a step, latency {1e6 * s_cluster.Latency:F0} us, "
                + $"{s_cluster.Bandwidth / 1e9:F1} GB/s a rank, passes of {Images:E0} images\n"));
        foreach (string line in new RankModel(compute, sums, s_cluster).Table(recipe.BatchPerRank, Images))
            Console.WriteLine(line);
    }

    private static void Say(ICommunicator world, string line)
    {
        if (world.Rank == 0)
            Console.WriteLine(line);
    }
}
