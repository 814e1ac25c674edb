using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Bench;

/// <summary>
/// All of pre-training as <c>spot pretrain</c> does it: images read, decoded and augmented beside the steps, metrics written.
/// </summary>
internal static class PretrainSpeed
{
    /// <summary>Times "autoencoder+data" and "spotting+data": as many steps of each as the options say.</summary>
    internal static int Run(string[] args)
    {
        if (StepOptions.ParseTraining("pretrain", args) is not { Images: string path } options)
            return 2;
        string folder = Path.Combine(Path.GetTempPath(), $"spot-bench-{Environment.ProcessId}");
        try
        {
            options.OnOwnThread(() => Time(options, path, folder));
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        return 0;
    }

    private static void Time(StepOptions options, string path, string folder)
    {
        using ImageSet images = ImageSet.Open([path]);
        Recipe recipe = options.Recipe;
        recipe = recipe with
        {
            Autoencoding = recipe.Autoencoding with { Steps = options.Steps },
            Spotting = recipe.Spotting with { Steps = options.Steps },
        };
        CourseTimer timer = new(options);
        StepWork work = new(recipe.Network);
        RunDescription description = RunFolder.Describe(images) with { Precision = EnginePrecision.NameOf(options.Precision) };
        var run = new Pretrainer(RunFolder.Create(folder, recipe, description), images: images);
        run.StepDone += (_, report) => timer.StepDone(report.Stage, report.Step,
            report.Stage == AutoencodingStage.Name ? work.Autoencoder : work.Spotting);
        run.Run();
    }
}
