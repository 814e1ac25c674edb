using SpotArtifacts.Engine;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Verification;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Bench.Plain;

/// <summary>The plain steps on the command line: timed as this project's own are, and replayed.</summary>
internal static class PlainSpeed
{
    /// <summary>Times what <see cref="StepSpeed"/> times, in Float32 on the processor.</summary>
    internal static int Run(string[] args)
    {
        if (StepOptions.Parse("plain steps", args) is not { } options)
            return 2;
        options.OnOwnThread(() => Time(options));
        return 0;
    }

    /// <summary>Replays golden tensors; 1 where one is past its tolerance.</summary>
    internal static int Verify(string[] files)
    {
        NativeEngine.EnsureLoaded();
        bool good = files.Length > 0;
        foreach (string file in files)
        {
            VerificationReport report = PlainReplay.Verify(file);
            bool ok = report.Stages.Count > 0 && report.Failed.Count == 0;
            good &= ok;
            Console.WriteLine($"{file}: {(ok ? "ok" : "FAILED")}, {report.Stages.Sum(stage => stage.Tensors)} tensors compared");
            foreach (TensorResult result in report.Failed)
                Console.WriteLine($"{result.Name} is off by {result.Deviation}");
        }
        return good ? 0 : 1;
    }

    private static void Time(StepOptions options)
    {
        using DisposeScope outer = NewDisposeScope();
        Recipe recipe = options.Recipe;
        random.manual_seed(recipe.Seed);
        using PlainSteps steps = new(recipe, OptimizerSettings.Of(recipe.Optimizer), recipe.Spotting.LearningRate);
        Tensor images = options.Batch();
        StepWork work = new(recipe.Network);
        options.Print("autoencoder", options.Timer.Time(() => steps.StepAutoencoder(images)), work.Autoencoder);
        steps.Freeze();
        options.Print("spotting", options.Timer.Time(() => steps.StepGame(images)), work.Spotting);
        options.Print("features", options.Timer.Time(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            steps.Features(images);
        }), work.Features);
    }
}
