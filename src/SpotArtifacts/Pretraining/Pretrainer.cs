using SpotArtifacts.Checkpoints;
using SpotArtifacts.Distributed;
using SpotArtifacts.Images;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// Both stages of pre-training over a run folder, or the one stage of a pretext. How a run starts, first match wins:
/// <list type="number">
/// <item>its folder has the weights and a checkpoint of the last step: nothing is left to do;</item>
/// <item>its checkpoint has gone: stop, unless told to begin at the first step again;</item>
/// <item>its folder has a checkpoint of stage 2, or of a pretext: continue there;</item>
/// <item>its recipe asks for another pretext than the method: start that from scratch;</item>
/// <item>its folder has a checkpoint of stage 1: continue stage 1 there, or start stage 2 when stage 1 was complete;</item>
/// <item>an autoencoder of another run was named: take it, start stage 2;</item>
/// <item>start stage 1 from scratch.</item>
/// </list>
/// </summary>
/// <remarks>
/// Events come on the thread that trains, between two steps: what a handler takes, the run waits for, and what it throws ends the run
/// as a failure would. To stop in order from a handler, cancel the token that <see cref="Run"/> was given.
/// </remarks>
public sealed partial class Pretrainer : ITrainingObserver
{
    private readonly ImageSet? _openImages;
    private readonly IPretext? _pretext;
    private readonly Recipe _recipe;
    private readonly RunDescription _description;
    private readonly PretrainingOutput _output;
    private readonly ResumeOptions _resume;
    private readonly RunRanks _ranks;
    private bool _isNew;

    /// <summary>A run over its folder, new or begun.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="output">What is told to whom; nothing to anybody unless said here.</param>
    /// <param name="images">Its images where they are open already, not closed here; else they are opened when they are
    /// needed.</param>
    /// <param name="resume">What a begun run may be continued with.</param>
    /// <param name="pretext">What it is trained by, where the recipe's pretext is <see cref="Pretext.Own"/>: the same each time.</param>
    /// <exception cref="SpotException">The folder's recipe cannot be used, or needs a pretext, or has another.</exception>
    public Pretrainer(RunFolder folder, PretrainingOutput? output = null, ImageSet? images = null, ResumeOptions? resume = null,
        IPretext? pretext = null)
        : this(folder, output ?? new PretrainingOutput(), new SingleProcess(), images, resume, pretext)
    {
    }

    /// <param name="folder">The run.</param>
    /// <param name="output">What is told to whom, by the one process of several that says anything.</param>
    /// <param name="world">The processes that train together.</param>
    /// <param name="images">Its images where they are open already.</param>
    /// <param name="resume">What a begun run may be continued with.</param>
    /// <param name="pretext">What it is trained by, where that is a program's own.</param>
    internal Pretrainer(RunFolder folder, PretrainingOutput output, ICommunicator world, ImageSet? images = null,
        ResumeOptions? resume = null, IPretext? pretext = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        (Folder, _openImages, _resume, _recipe, _pretext) =
            (folder, images, resume ?? new ResumeOptions(), folder.ReadRecipe(), pretext);
        RequirePretext(_recipe, pretext);
        _ranks = new RunRanks(world, _recipe, folder.ReadDescription());
        (_description, _output) = (_ranks.Description, _ranks.Quiet(output));
    }

    /// <summary>After each step; a step's losses are always there on the processor, on other devices where metrics are
    /// written.</summary>
    public event EventHandler<ProgressReport>? StepDone;

    /// <summary>After each checkpoint.</summary>
    public event EventHandler<CheckpointReport>? CheckpointWritten;

    /// <summary>After the last step of each stage, and its checkpoint.</summary>
    public event EventHandler<StageReport>? StageEnded;

    /// <summary>The run.</summary>
    public RunFolder Folder { get; }

    /// <summary>A new run.</summary>
    /// <param name="path">Its folder, which is made; must not exist, or be empty.</param>
    /// <param name="images">Its images: not closed here.</param>
    /// <param name="recipe">How it trains, as a preset with changes: <c>Presets.Get("demo32") with { Seed = 2 }</c>.</param>
    /// <param name="output">What is told to whom; nothing to anybody unless said here.</param>
    /// <param name="pretext">What it is trained by, instead of the recipe's.</param>
    /// <returns>The run; where it fails before its first step, its folder is removed again.</returns>
    /// <exception cref="SpotException">The folder exists already, or the recipe cannot be used.</exception>
    public static Pretrainer Create(
        string path, ImageSet images, Recipe recipe, PretrainingOutput? output = null, IPretext? pretext = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(recipe);
        if (pretext is not null)
            recipe = recipe with { Pretext = Pretext.Own };
        recipe.Validate();
        RequirePretext(recipe, pretext);
        return new Pretrainer(RunFolder.Create(path, recipe, RunFolder.Describe(images)), output, images, pretext: pretext)
        {
            _isNew = true,
        };
    }

    /// <summary>
    /// Runs to the end of the last stage and writes the finished weights. All computing happens on the calling thread.
    /// </summary>
    /// <param name="stop">
    /// Stops after the step that is being computed, with a checkpoint of it: run again, it goes on there as if it had not stopped.
    /// While images are still being listed or opened, nothing is left behind.
    /// </param>
    /// <exception cref="OperationCanceledException">Asked to stop; a checkpoint has been written.</exception>
    /// <exception cref="SpotException">The images, the recipe or a checkpoint cannot be used, or a loss is not
    /// finite.</exception>
    public void Run(CancellationToken stop = default)
    {
        try
        {
            RunOn(stop);
        }
        catch when (_isNew)
        {
            Folder.RemoveUntrained();
            throw;
        }
    }

    void ITrainingObserver.OnStep(ProgressReport report)
    {
        if (!_ranks.Writes)
            return;
        _output.Progress?.Report(report);
        StepDone?.Invoke(this, report);
    }

    void ITrainingObserver.OnCheckpoint(CheckpointReport report) => CheckpointWritten?.Invoke(this, report);

    void ITrainingObserver.OnStageEnd(StageReport report)
    {
        if (_ranks.Writes)
            StageEnded?.Invoke(this, report);
    }

    private static void RequirePretext(Recipe recipe, IPretext? pretext)
    {
        if (recipe.Pretext == Pretext.Own && pretext is null)
            throw new SpotException(
                "pretext own is one that a program hands to Pretrainer (docs/api.md); spot itself has spotting, rotation and labels");
        if (pretext is null)
            return;
        if (recipe.Pretext != Pretext.Own)
            throw new SpotException(
                $"the run is trained by {recipe.Pretext.ToString().ToLowerInvariant()}, not by a pretext of a program's own: leave "
                    + $"{pretext.Name} out, or begin another run with it");
        bool isName = pretext.Name.Length > 0 && char.IsAsciiLetterLower(pretext.Name[0])
            && pretext.Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');
        if (!isName || pretext.Name is AutoencodingStage.Name or SpottingStage.Name)
            throw new SpotException(
                $"'{pretext.Name}' is no name of a pretext: it begins with a lower-case letter, goes on with those, digits, - and _, and is "
                    + $"neither {AutoencodingStage.Name} nor {SpottingStage.Name}");
    }

    private void RunOn(CancellationToken stop)
    {
        using RunLock? hold = _ranks.Writes ? RunLock.Take(Folder) : null;
        Checkpoint? checkpoint = File.Exists(Folder.Checkpoint) ? Checkpoint.Read(Folder.Checkpoint) : null;
        if (IsFinished(checkpoint))
        {
            _output.Logger.RunIsFinished(Folder.Weights);
            return;
        }
        if (checkpoint is null)
            RequireNoneLost();
        if (_ranks.Writes)
            Folder.MakeReady();
        var record = new RunImages(Folder, _output.Logger);
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

    // Begun anew without a word, days of training would be overwritten.
    private void RequireNoneLost()
    {
        if (!_description.HasCheckpoint && !File.Exists(Folder.Weights))
        {
            if (File.Exists(Folder.Metrics))
                _output.Logger.RunBeginsAgain();
            return;
        }
        if (!_resume.FromStart || File.Exists(Folder.Weights))
            throw new SpotException(
                $"{Folder.Checkpoint} is missing, so the run cannot be continued; put it back"
                    + (File.Exists(Folder.Weights) ? $", or use the finished weights, {Folder.Weights}"
                        : $", or train all steps again: spot resume {Folder.Path} --from-start"));
        _output.Logger.CheckpointIsMissing(Folder.Checkpoint);
    }

    private bool IsFinished(Checkpoint? checkpoint) => File.Exists(Folder.Weights)
        && checkpoint is not null && checkpoint.GetText("stage") != AutoencodingStage.Name
            && checkpoint.GetNumber("step") >= _recipe.Spotting.Steps;
}
