using System.Diagnostics;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>A stage of pre-training as the loop sees it.</summary>
internal interface ITrainingStage
{
    /// <summary>Name in progress, metrics and checkpoints.</summary>
    string StageName { get; }

    /// <summary>Number of steps.</summary>
    long Steps { get; }

    /// <summary>What it trains, and by what.</summary>
    IReadOnlyList<(nn.Module Network, Adam Optimizer)> Trained => [];

    /// <summary>One update on images (B, 3, S, S) in [-1, 1].</summary>
    /// <param name="step">Counted from 0.</param>
    /// <param name="images">The batch.</param>
    /// <param name="indices">Which images these are, for their labels.</param>
    /// <param name="measure">Whether health numbers are wanted too.</param>
    /// <returns>Named losses where they are read, and health numbers when measured.</returns>
    IReadOnlyList<(string Name, double Value)> Run(long step, Tensor images, IReadOnlyList<int> indices, bool measure);

    /// <summary>
    /// Whether a step's losses are read: on the processor always, elsewhere when measuring only, since reading one number waits
    /// for all that the device has to do.
    /// </summary>
    static bool ReadsLosses(Tensor images, bool measure)
    {
        ArgumentNullException.ThrowIfNull(images);
        return measure || images.device_type == DeviceType.CPU;
    }

    /// <summary>Writes a sample sheet.</summary>
    /// <param name="path">PNG file.</param>
    void WriteSamples(string path);

    /// <summary>Everything that resuming this stage takes.</summary>
    void Save(Checkpoint checkpoint);
}

/// <summary>Runs a stage: batches in, progress, metrics, samples and checkpoints out; stops in order when asked.</summary>
/// <param name="folder">The run.</param>
/// <param name="recipe">Its recipe.</param>
/// <param name="images">Its images.</param>
/// <param name="output">Clock, logger, memory budget.</param>
/// <param name="device">Where batches are wanted.</param>
internal sealed class TrainingLoop(RunFolder folder, Recipe recipe, DecodedImages images, PretrainingOutput output,
    Device? device = null)
{
    // Loading stays well ahead of the steps; on two cores more threads only take time from them.
    private const int LoaderThreads = 1;

    private const string Remedy = "The last checkpoint is sound; a lower learning rate usually helps";

    private readonly StepTelemetry _telemetry = new(images);

    /// <summary>What has to be done before anything can be continued.</summary>
    internal Task BeforeCheckpoint { get; init; } = Task.CompletedTask;

    /// <summary>Told of steps, checkpoints and the end; null for nobody.</summary>
    internal ITrainingObserver? Observer { get; init; }

    /// <summary>The processes that train together.</summary>
    internal StageRanks Ranks { get; init; } = new(new SingleProcess(), recipe.BatchPerRank, new RankOptions());

    /// <summary>Runs a stage from a step to its end.</summary>
    /// <exception cref="OperationCanceledException">Asked to stop; a checkpoint has been written.</exception>
    /// <exception cref="SpotException">A loss is not finite, and the batch has been saved; or a weight is not finite.</exception>
    public void Run(ITrainingStage stage, long start, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(stage);
        using MetricsLog? metrics = Ranks.Writes ? new MetricsLog(folder.Metrics) : null;
        using TensorBoardLog? tensorBoard = Ranks.Writes
            ? new TensorBoardLog(folder.File("tensorboard", stage.StageName), output.Clock, start) : null;
        Ranks.Begin(stage);
        using TrainingBatches batches = Load(stage, start);
        var rate = new RateMeter(output.Clock, batches);
        var balance = new GameBalance();
        IReadOnlyList<(string, double)> values = [];
        for (long step = start; step < stage.Steps; step++)
        {
            bool last = step + 1 == stage.Steps;
            values = Step(stage, step, batches, Every(recipe.Recording.MetricsEvery, step) || last);
            values = StepAgreement.Means(Ranks.World, values);
            rate.Count(recipe.BatchPerRank * Ranks.World.Size);
            Observer?.OnStep(new ProgressReport(stage.StageName, step + 1, stage.Steps, rate.ImagesPerSecond,
                rate.WaitShare, values, rate.Remaining(step + 1 - start, stage.Steps - step - 1)));
            if (Every(recipe.Recording.MetricsEvery, step) || last)
            {
                if (balance.Watch(step + 1, values) is { } advice)
                    output.Logger.GameIsOutOfBalance(advice);
                values = [.. values, ("images_per_second", rate.ImagesPerSecond), ("wait_share", rate.WaitShare)];
                metrics?.Write(stage.StageName, step + 1, values);
                tensorBoard?.Write(step + 1, values);
            }
            if (Ranks.Writes && (Every(recipe.Recording.SamplesEvery, step) || last))
                stage.WriteSamples(System.IO.Path.Combine(folder.Samples, $"{stage.StageName}-{step + 1:D7}.png"));
            (bool stops, bool asked) =
                StepAgreement.Any(Ranks.World, stop.IsCancellationRequested, output.Checkpoints?.Take() ?? false);
            if (Every(recipe.Recording.CheckpointEvery, step) || last || asked || stops)
                SaveCheckpoint(stage, step + 1);
            if (asked)
                output.Logger.CheckpointWasAsked(step + 1, stage.StageName);
            RankSession.StopsTogether |= stops;
            if (stops)
                throw new OperationCanceledException(stop);
        }
        if (Ranks.Exchange is { } exchange)
            output.Logger.RanksExchanged(exchange);
        if (start < stage.Steps)
            Observer?.OnStageEnd(new StageReport(stage.StageName, stage.Steps, values));
    }

    private static bool Every(int interval, long step) => (step + 1) % interval == 0;

    private TrainingBatches Load(ITrainingStage stage, long start) =>
        new(images, new Augmentation(recipe.Augmentation, recipe.Network.ImageSize), new BatchLoaderOptions
        {
            BatchSize = recipe.BatchPerRank,
            Seed = SeededRandom.Mix((ulong)recipe.Seed, stage.StageName == AutoencodingStage.Name ? 1UL : 2UL),
            StartStep = start,
            Rank = Ranks.World.Rank,
            WorldSize = Ranks.World.Size,
            ShuffleBuffer = recipe.ShuffleBuffer,
            Threads = LoaderThreads,
        }, device ?? CPU, output.MemoryBudget);

    private IReadOnlyList<(string, double)> Step(ITrainingStage stage, long step, TrainingBatches batches, bool measure)
    {
        using DisposeScope scope = NewDisposeScope();
        using Activity? span = _telemetry.Begin(stage.StageName, step + 1, recipe.BatchPerRank, batches);
        (Tensor input, int[] indices) = batches.Next();
        IReadOnlyList<(string Name, double Value)> values = Ranks.Run(stage, step, input, indices, measure);
        _telemetry.End(span, stage.StageName, recipe.BatchPerRank, batches, values);
        foreach ((string name, double value) in values)
            if (!double.IsFinite(value) && name.StartsWith("loss.", StringComparison.Ordinal))
                StopOnNonFinite(stage, step, name, value, input, indices);
        return values;
    }

    private void StopOnNonFinite(ITrainingStage stage, long step, string name, double value, Tensor input, int[] indices)
    {
        string path = folder.File($"nonfinite-{stage.StageName}-{step + 1}.safetensors");
        var file = new SafetensorsFile();
        file.Tensors.Add("images", SafetensorsEntry.From(input.ToArray<float>(), [.. input.shape]));
        file.Tensors.Add("indices", SafetensorsEntry.From([.. indices.Select(i => (long)i)], indices.Length));
        file.Write(path);
        throw new SpotException(
            $"{name} is {value} at step {step + 1} of stage {stage.StageName}; the run was stopped, its batch saved in {path}. "
                + $"{Remedy}");
    }

    private void SaveCheckpoint(ITrainingStage stage, long step)
    {
        BeforeCheckpoint.GetAwaiter().GetResult();
        var checkpoint = new Checkpoint();
        checkpoint.SetText("stage", stage.StageName);
        checkpoint.SetNumber("step", step);
        stage.Save(checkpoint);
        // A loss shows it one step later only: by then a sound checkpoint would have been replaced.
        if (checkpoint.FindNonFinite() is { } name)
            throw new SpotException(
                $"{name} is not finite after step {step} of stage {stage.StageName}; the run was stopped. {Remedy}");
        IReadOnlyList<string> skipped = Ranks.Skipped(images);
        if (Ranks.Writes)
        {
            checkpoint.Write(folder.Checkpoint);
            folder.NoteCheckpoint();
            DecodedImages.WriteSkipped(folder.Skipped, skipped);
            Observer?.OnCheckpoint(new CheckpointReport(stage.StageName, step, folder.Checkpoint));
        }
        Ranks.World.Barrier();
    }
}
