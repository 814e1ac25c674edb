using System.CommandLine;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot pretrain</c> and <c>spot resume</c>: both stages of pre-training over a run folder.</summary>
internal static class PretrainCommand
{
    private static readonly Option<int> s_memory = MemoryOption();

    /// <summary>Makes <c>spot pretrain</c>.</summary>
    public static Command Create()
    {
        Command command =
            new("pretrain", "Learn features from unlabelled images: autoencoder first, then the damage-and-repair game.");
        Option<string[]> images = new("--images")
        {
            Description =
                "Folders (flat or nested), image files, lists of files, tar shards, STL-10 or CIFAR binaries; labels are not "
                    + "needed and not used.",
            HelpName = "PATH",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string> run = new("--out") { Description = "Folder of the new run.", HelpName = "RUN", Required = true };
        Option<string?> autoencoder = new("--autoencoder")
        {
            Description = "Skip stage 1: take the autoencoder of this run folder or weights file.",
            HelpName = "RUN|FILE",
        };
        Option<string?> pretext = new("--pretext")
        {
            Description =
                "What is learned: spotting (the method), or a baseline: rotation (how an image is turned), labels. Stands for "
                    + "--set pretext=NAME.",
            HelpName = "NAME",
        };
        command.Options.Add(images);
        ImageReading reading = new(command);
        command.Options.Add(s_memory);
        Option<string> device = ComputeOptions.Device("Where to train"), precision = ComputeOptions.Precision();
        command.Options.Add(device);
        command.Options.Add(precision);
        command.Options.Add(run);
        command.Options.Add(autoencoder);
        command.Options.Add(pretext);
        Option<bool> sync = new("--sync-batch-norm")
        {
            Description = "Started on several ranks: batch norms take their statistics over the images of all, not of each.",
        };
        Option<bool> fixedOrder = new("--deterministic-reductions")
        {
            Description = "Started on several ranks: sums in the order of the ranks, so that runs of one size are bit-equal.",
        };
        command.Options.Add(sync);
        command.Options.Add(fixedOrder);
        RecipeSelection selection = new(command);
        command.SetAction((parsed, stop) => RunOnOwnThread(() =>
        {
            Recipe recipe = selection.Resolve(parsed, parsed.GetValue(pretext) is { } name ? [$"pretext={name}"] : []);
            if (recipe.Pretext != Pretext.Spotting && parsed.GetValue(autoencoder) is { } unused)
                throw new SpotException(
                    $"--autoencoder {unused}: pretext {recipe.Pretext.ToString().ToLowerInvariant()} has no use for an "
                        + $"autoencoder; leave it out");
            ICommunicator world = RankSession.Start();
            NativeEngine.SetThreads(RankSession.Threads);
            string? source = parsed.GetValue(autoencoder) is { } weights ? TrainedWeights.Locate(weights) : null;
            // Before the folder is made: a mistyped path would leave an empty run behind that blocks the next try.
            TorchSharp.torch.Device where = EngineDevice.Require(parsed.GetValue(device)!);
            RunDescription description = RunFolder.Describe(parsed.GetValue(images)!, source) with
            {
                Device = where.ToString(),
                Precision = EnginePrecision.NameOf(EnginePrecision.Parse(parsed.GetValue(precision)!, where)),
                Ranks = world.Size,
                SyncBatchNorm = parsed.GetValue(sync),
                DeterministicReductions = parsed.GetValue(fixedOrder),
            };
            description = description.With(reading.Options(parsed));
            using ImageSet set = description.OpenImages(stop);
            string path = parsed.GetValue(run)!;
            RunFolder folder = RankSession.InTurn(() => RunFolder.Create(path, recipe, description), () => RunFolder.Open(path));
            if (world.Rank == 0)
                OrRemove(folder, () => Train(folder, set, parsed, stop));
            else
                Train(folder, set, parsed, stop);
        }));
        return command;
    }

    /// <summary>Makes <c>spot resume</c>.</summary>
    public static Command CreateResume()
    {
        Argument<string> run = new("RUN") { Description = "Folder of a run that was stopped or killed." };
        Command command = new("resume", "Continue a run from its last checkpoint.") { run };
        Option<string[]?> images = new("--images")
        {
            Description = "Where the run's images are now, when they have moved: the same images in the same order.",
            HelpName = "PATH",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string?> quarantine = new("--quarantine")
        {
            Description = "The list of images that are left out, where it or what it names has moved too.",
            HelpName = "FILE",
        };
        Option<bool> changed = new("--accept-changed-images")
        {
            Description = "Go on although images were added, removed or changed since the run began.",
        };
        Option<bool> anew = new("--from-start")
        {
            Description = "Where the checkpoint is missing, train all steps again.",
        };
        foreach (Option option in (Option[])[images, quarantine, changed, anew, s_memory])
            command.Options.Add(option);
        command.SetAction((parsed, stop) => RunOnOwnThread(() =>
        {
            ICommunicator world = RankSession.Start();
            RunFolder folder = RunFolder.Open(parsed.GetValue(run)!);
            RunDescription begun = folder.ReadDescription();
            NativeEngine.SetThreads(begun.Ranks == world.Size ? begun.Threads : RankSession.Threads);
            Train(folder, null, parsed, stop, new ResumeOptions
            {
                Images = parsed.GetValue(images) is { Length: > 0 } moved ? moved : null,
                Quarantine = parsed.GetValue(quarantine),
                AcceptChangedImages = parsed.GetValue(changed),
                FromStart = parsed.GetValue(anew),
            });
        }));
        return command;
    }

    /// <summary>
    /// Runs work on one dedicated thread: libtorch's thread team and grad mode belong to the thread that calls it.
    /// </summary>
    internal static Task RunOnOwnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Trains a run that was just made; where it fails before it has trained a step, nothing of it stays.</summary>
    internal static void OrRemove(RunFolder folder, Action train)
    {
        try
        {
            train();
        }
        catch
        {
            folder.RemoveUntrained();
            throw;
        }
    }

    private static Option<int> MemoryOption()
    {
        Option<int> option = new("--memory")
        {
            Description =
                "Mebibytes of decoded images to keep in memory; the rest is decoded each time. Changes the speed and, on a CPU, "
                    + "never the result.",
            HelpName = "MIB",
            DefaultValueFactory = _ => (int)(new DecodedImagesOptions().MemoryBudget >> 20),
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0)
                result.AddError("--memory must be 0 or more");
        });
        return option;
    }

    private static void Train(
        RunFolder folder, ImageSet? images, ParseResult parsed, CancellationToken stop, ResumeOptions? resume = null)
    {
        ICommunicator world = RankSession.World;
        using var progress = TrainingProgress.ForConsole(parsed.IsQuiet() || world.Rank > 0);
        long memory = (long)parsed.GetValue(s_memory) << 20;
        Train(parsed, new PretrainingOutput { Progress = progress, Logger = progress, MemoryBudget = memory },
            output => new Pretrainer(folder, output, world, images, resume).Run(stop));
        if (world.Rank == 0)
            parsed.InvocationConfiguration.Output.WriteLine(folder.Path);
    }

    /// <summary>Trains so that a signal to stop waits for the checkpoint, and another writes one.</summary>
    internal static void Train(ParseResult parsed, PretrainingOutput output, Action<PretrainingOutput> train)
    {
        CheckpointRequest request = new();
        using IDisposable? hold = (parsed.InvocationConfiguration as SpotInvocation)?.Signals.Hold();
        using IDisposable? listening = CheckpointSignal.Listen(request);
        train(output with { Checkpoints = request });
    }
}
