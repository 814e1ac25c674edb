using SpotArtifacts.Autoencoding;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining.Baselines;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>What pre-training tells while it runs.</summary>
/// <param name="Progress">Step by step; may be null.</param>
/// <param name="Log">Lines of text: what was found, decided, written.</param>
/// <param name="Clock">Source of time for rates.</param>
public sealed record PretrainingOutput(IProgress<ProgressReport>? Progress, Action<string> Log, TimeProvider Clock)
{
    /// <summary>Bytes of decoded images that are kept in memory; changes the speed, never a batch.</summary>
    public long MemoryBudget { get; init; } = new DecodedImagesOptions().MemoryBudget;

    /// <summary>Where a checkpoint between the regular ones is asked for; null for nowhere.</summary>
    public CheckpointRequest? Checkpoints { get; init; }
}

/// <summary>
/// Both stages of pre-training over a run folder, or the one stage of a baseline. How a run starts, first match wins:
/// <list type="number">
/// <item>its folder has the weights and a checkpoint of the last step: nothing is left to do;</item>
/// <item>its checkpoint has gone: stop, unless told to begin at the first step again;</item>
/// <item>its folder has a checkpoint of stage 2, or of a baseline: continue there;</item>
/// <item>its recipe asks for a baseline: start that from scratch;</item>
/// <item>its folder has a checkpoint of stage 1: continue stage 1 there, or start stage 2 when stage 1 was complete;</item>
/// <item>an autoencoder of another run was named: take it, start stage 2;</item>
/// <item>start stage 1 from scratch.</item>
/// </list>
/// </summary>
public sealed class Pretrainer
{
    private readonly RunFolder _folder;
    private readonly ImageSet? _openImages;
    private readonly Recipe _recipe;
    private readonly RunDescription _description;
    private readonly PretrainingOutput _output;
    private readonly ResumeOptions _resume;
    private readonly RunRanks _ranks;

    /// <summary>A run over its folder, new or begun.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="output">What is told to whom.</param>
    /// <param name="images">Its images where they are open already, not closed here; else they are opened when they are
    /// needed.</param>
    /// <param name="resume">What a begun run may be continued with.</param>
    public Pretrainer(RunFolder folder, PretrainingOutput output, ImageSet? images = null, ResumeOptions? resume = null)
        : this(folder, output, new SingleProcess(), images, resume)
    {
    }

    /// <param name="folder">The run.</param>
    /// <param name="output">What is told to whom, by the one process of several that says anything.</param>
    /// <param name="world">The processes that train together.</param>
    /// <param name="images">Its images where they are open already.</param>
    /// <param name="resume">What a begun run may be continued with.</param>
    internal Pretrainer(
        RunFolder folder, PretrainingOutput output, ICommunicator world, ImageSet? images = null, ResumeOptions? resume = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        (_folder, _openImages, _resume, _recipe) = (folder, images, resume ?? new ResumeOptions(), folder.ReadRecipe());
        _ranks = new RunRanks(world, _recipe, folder.ReadDescription());
        (_description, _output) = (_ranks.Description, _ranks.Quiet(output));
    }

    /// <summary>
    /// Runs to the end of the last stage and writes the finished weights. All computing happens on the calling thread.
    /// </summary>
    /// <exception cref="OperationCanceledException">Asked to stop; a checkpoint has been written.</exception>
    /// <exception cref="SpotException">The images, the recipe or a checkpoint cannot be used, or a loss is not
    /// finite.</exception>
    public void Run(CancellationToken stop)
    {
        using RunLock? hold = _ranks.Writes ? RunLock.Take(_folder) : null;
        Checkpoint? checkpoint = File.Exists(_folder.Checkpoint) ? Checkpoint.Read(_folder.Checkpoint) : null;
        if (IsFinished(checkpoint))
        {
            _output.Log($"the run is finished; its weights are in {_folder.Weights}");
            return;
        }
        if (checkpoint is null)
            RequireNoneLost();
        if (_ranks.Writes)
            _folder.MakeReady();
        var record = new RunImages(_folder, _output.Log);
        using ImageSet? opened = _openImages is null ? record.Open(_description, _resume, stop) : null;
        ImageSet set = _openImages ?? opened!;
        Task recording = _ranks.Writes ? record.Check(set, _resume, checkpoint is not null) : Task.CompletedTask;
        try
        {
            Train(set, checkpoint, recording, stop);
        }
        finally
        {
            Task.WaitAny([recording], CancellationToken.None); // it reads the images, and writes into the folder
        }
    }

    private void Train(ImageSet set, Checkpoint? checkpoint, Task recording, CancellationToken stop)
    {
        DecodedImages images = Prepare(set);
        Device device = EngineDevice.Require(_description.Device);
        using StageRanks ranks = _ranks.Start(set, checkpoint, device);
        if (ranks.Description is { } together)
            _output.Log(together);
        using IDisposable precision = EnginePrecision.Use(EnginePrecision.Parse(_description.Precision, device));
        foreach (string line in Circumstances(device))
            _output.Log(line);
        var samples = new SampleImages(images, _recipe.Network.ImageSize, device);
        var loop = new TrainingLoop(_folder, _ranks.Recipe, images, _output, device)
        {
            BeforeCheckpoint = recording,
            Ranks = ranks,
        };
        if (TrainingBatches.AreMadeOnDevice(images, device, _output.MemoryBudget))
            _output.Log($"the packed pixels lie on {device}, and batches are made there");
        if (_ranks.Writes)
            MetricsLog.Rewind(_folder.Metrics, checkpoint?.GetText("stage") ?? AutoencodingStage.Name,
                checkpoint?.GetNumber("step") ?? 0);
        if (_recipe.Pretext == Pretext.Spotting)
            TrainBothStages(checkpoint, loop, samples, stop);
        else
            TrainBaseline(images.Set, checkpoint, loop, samples, stop);
        if (images.Skipped is [var first, ..] skipped)
            _output.Log(
                $"{skipped.Count} damaged images were skipped, {first.Name} ({first.Reason}) first; {_folder.Skipped} names all");
    }

    // Begun anew without a word, days of training would be overwritten.
    private void RequireNoneLost()
    {
        if (!_description.HasCheckpoint && !File.Exists(_folder.Weights))
        {
            if (File.Exists(_folder.Metrics))
                _output.Log("the run ended before its first checkpoint: it begins at its first step");
            return;
        }
        if (!_resume.FromStart || File.Exists(_folder.Weights))
            throw new SpotException(
                $"{_folder.Checkpoint} is missing, so the run cannot be continued; put it back"
                    + (File.Exists(_folder.Weights) ? $", or use the finished weights, {_folder.Weights}"
                        : $", or train all steps again: spot resume {_folder.Path} --from-start"));
        _output.Log($"{_folder.Checkpoint} is missing: the run begins at its first step again");
    }

    // What differs from the usual, and with it the numbers.
    private IEnumerable<string> Circumstances(Device device)
    {
        if (NativeEngine.VersionWarning is { } warning)
            yield return warning;
        if (EngineDevice.IsElsewhere(device) || EnginePrecision.Current != Precision.F32)
            yield return $"trained on {device} in {_description.Precision}";
    }

    private bool IsFinished(Checkpoint? checkpoint) => File.Exists(_folder.Weights)
        && checkpoint is not null && checkpoint.GetText("stage") != AutoencodingStage.Name
            && checkpoint.GetNumber("step") >= _recipe.Spotting.Steps;

    private DecodedImages Prepare(ImageSet set)
    {
        foreach (string line in set.Descriptions)
            _output.Log(line);
        string use = set.LabelledCount == 0 ? "" : _recipe.Pretext == Pretext.Labels ? " (their labels are learned)"
            : " (their labels are not used)";
        _output.Log($"{set.Count} images{use}");
        var view = new Augmentation(_recipe.Augmentation, _recipe.Network.ImageSize);
        var images =
            new DecodedImages(set, new DecodedImagesOptions
            {
                MinCount = _ranks.Recipe.BatchPerRank,
                Target = view.Target,
                MemoryBudget = _output.MemoryBudget
            });
        if (_ranks.Writes)
            images.WriteSkipped(_folder.Skipped);
        if (_recipe.ShuffleBuffer > 0)
            _output.Log($"shards in random order, shuffled within {_recipe.ShuffleBuffer} images");
        return images;
    }

    private void TrainBothStages(Checkpoint? checkpoint, TrainingLoop loop, SampleImages samples, CancellationToken stop)
    {
        using var autoencoder = new Autoencoder(_recipe.Network);
        autoencoder.to(EngineDevice.Require(_description.Device));
        if (checkpoint?.GetText("stage") != SpottingStage.Name)
            TrainAutoencoder(autoencoder, checkpoint, loop, samples, stop);
        else
            checkpoint.Restore(autoencoder);
        TrainDiscriminator(autoencoder, checkpoint, loop, samples, stop);
    }

    private void TrainBaseline(ImageSet set, Checkpoint? checkpoint, TrainingLoop loop, SampleImages samples,
        CancellationToken stop)
    {
        IClassifyingTask task = _recipe.Pretext == Pretext.Rotation ? new RotationTask() : new LabelTask(set);
        using var stage = new ClassifyingStage(task, _recipe, samples, _description.Device);
        if (checkpoint is not null)
            stage.Restore(checkpoint);
        long start = checkpoint?.GetNumber("step") ?? 0;
        if (start > 0)
            _output.Log($"continuing {task.Name} after step {start}");
        loop.Run(stage, start, stop);
        WriteWeights(stage.SaveWeights);
    }

    private void TrainAutoencoder(Autoencoder autoencoder, Checkpoint? checkpoint, TrainingLoop loop, SampleImages samples,
        CancellationToken stop)
    {
        if (checkpoint is null && _description.Autoencoder is { } source)
        {
            _output.Log($"stage 1 is taken from {source}");
            Checkpoint.Read(source).Restore(autoencoder);
            return;
        }
        using var stage = new AutoencodingStage(autoencoder, _recipe, samples);
        if (checkpoint is null)
            InitialValues.SetVarianceScaling(autoencoder, _recipe.Seed);
        else
            stage.Restore(checkpoint);
        long start = checkpoint?.GetNumber("step") ?? 0;
        if (start > 0)
            _output.Log($"continuing stage 1 after step {start}");
        loop.Run(stage, start, stop);
    }

    private void TrainDiscriminator(Autoencoder autoencoder, Checkpoint? checkpoint, TrainingLoop loop, SampleImages samples,
        CancellationToken stop)
    {
        using var stage = new SpottingStage(autoencoder, _recipe, samples, _description.Device);
        long start = 0;
        if (checkpoint?.GetText("stage") == SpottingStage.Name)
        {
            stage.Restore(checkpoint);
            start = checkpoint.GetNumber("step");
            _output.Log($"continuing stage 2 after step {start}");
        }
        loop.Run(stage, start, stop);
        WriteWeights(stage.SaveWeights);
    }

    private void WriteWeights(Action<Checkpoint> save)
    {
        if (!_ranks.Writes)
            return;
        var weights = new Checkpoint();
        weights.SetText("preset", _recipe.Preset);
        weights.SetText(TrainedWeights.RecipeKey, RecipeFile.ToYaml(_recipe));
        save(weights);
        weights.Write(_folder.Weights);
        _output.Log($"weights written to {_folder.Weights}");
    }
}
