using SpotArtifacts.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Bench.Plain;

/// <summary>The plain steps on views of files, which the library's data loader makes beside them.</summary>
internal static class PlainPretraining
{
    /// <summary>Times what <see cref="PretrainSpeed"/> times.</summary>
    internal static int Run(string[] args)
    {
        if (StepOptions.ParseTraining("plain pretrain", args) is not { Images: string folder } options)
            return 2;
        options.OnOwnThread(() => Time(options, folder));
        return 0;
    }

    private static void Time(StepOptions options, string folder)
    {
        using DisposeScope outer = NewDisposeScope();
        Recipe recipe = options.Recipe;
        random.manual_seed(recipe.Seed);
        using PlainSteps steps = new(recipe, OptimizerSettings.Of(recipe.Optimizer), recipe.Spotting.LearningRate);
        using PlainImages images = new(folder, recipe.Network.ImageSize);
        CourseTimer timer = new(options);
        StepWork work = new(recipe.Network);
        Take(options, images, (step, batch) =>
        {
            steps.StepAutoencoder(batch);
            timer.StepDone(AutoencodingStage.Name, step, work.Autoencoder);
        });
        steps.Freeze();
        Take(options, images, (step, batch) =>
        {
            steps.StepGame(batch);
            timer.StepDone(SpottingStage.Name, step, work.Spotting);
        });
    }

    private static void Take(StepOptions options, PlainImages images, Action<int, Tensor> step)
    {
        int done = 0;
        while (done < options.Steps)
        {
            using TorchSharp.Modules.DataLoader loader =
                new(images, options.Recipe.BatchPerRank, shuffle: true, num_worker: options.Threads, drop_last: true);
            foreach (Dictionary<string, Tensor> batch in loader)
            {
                using Tensor pixels = batch[PlainImages.Key];
                step(++done, pixels);
                if (done == options.Steps)
                    break;
            }
        }
    }
}
