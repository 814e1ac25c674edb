using System.CommandLine;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot pretrain</c> and <c>spot resume</c>: both stages of pre-training over a run folder.</summary>
public static class PretrainCommand
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
        RecipeSelection selection = new(command);
        command.SetAction((parsed, stop) => RunOnOwnThread(() =>
        {
            Recipe recipe = selection.Resolve(parsed, parsed.GetValue(pretext) is { } name ? [$"pretext={name}"] : []);
            if (recipe.Pretext != Pretext.Spotting && parsed.GetValue(autoencoder) is { } unused)
                throw new SpotException(
                    $"--autoencoder {unused}: pretext {recipe.Pretext.ToString().ToLowerInvariant()} has no use for an "
                        + $"autoencoder; leave it out");
            NativeEngine.SetThreads();
            string? source = parsed.GetValue(autoencoder) is { } path ? TrainedWeights.Locate(path) : null;
            // Before the folder is made: a mistyped path would leave an empty run behind that blocks the next try.
            TorchSharp.torch.Device where = EngineDevice.Require(parsed.GetValue(device)!);
            RunDescription description = RunFolder.Describe(parsed.GetValue(images)!, source) with
            {
                Device = where.ToString(),
                Precision = EnginePrecision.NameOf(EnginePrecision.Parse(parsed.GetValue(precision)!, where)),
            };
            description = description.With(reading.Options(parsed));
            using ImageSet set = description.OpenImages(stop);
            RunFolder folder = RunFolder.Create(parsed.GetValue(run)!, recipe, description);
            Train(folder, set, parsed, stop);
        }));
        return command;
    }

    /// <summary>Makes <c>spot resume</c>.</summary>
    public static Command CreateResume()
    {
        Argument<string> run = new("RUN") { Description = "Folder of a run that was stopped or killed." };
        Command command = new("resume", "Continue a run from its last checkpoint.") { run };
        command.Options.Add(s_memory);
        command.SetAction((parsed, stop) => RunOnOwnThread(() =>
        {
            RunFolder folder = RunFolder.Open(parsed.GetValue(run)!);
            NativeEngine.ThreadCount = folder.ReadDescription().Threads;
            Train(folder, null, parsed, stop);
        }));
        return command;
    }

    /// <summary>
    /// Runs work on one dedicated thread: libtorch's thread team and grad mode belong to the thread that calls it.
    /// </summary>
    internal static Task RunOnOwnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

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

    private static void Train(RunFolder folder, ImageSet? images, ParseResult parsed, CancellationToken stop)
    {
        using var progress = TrainingProgress.ForConsole(parsed.IsQuiet());
        new Pretrainer(folder, new PretrainingOutput(progress, progress.Log,
            TimeProvider.System)
        { MemoryBudget = (long)parsed.GetValue(s_memory) << 20 }, images).Run(stop);
        parsed.InvocationConfiguration.Output.WriteLine(folder.Path);
    }
}
