using SpotArtifacts.Export;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Sample.Training;

/// <summary>Pre-trains on images, watches the run, and exports what it has learned.</summary>
internal static class PretrainOnPhotos
{
    internal static void Run(string photos, string folder, string[] settings)
    {
        Recipe recipe = RecipeResolution.Resolve("demo32", overrides: settings);
        using ImageSet images = ImageSet.Open([photos]);
        Pretrainer run = Pretrainer.Create(folder, images, recipe);
        run.StepDone += (_, step) =>
        {
            if (step.Step % 100 == 0)
                Console.WriteLine($"{step.Stage} {step.Step}/{step.Steps}: {string.Join(" ", step.Losses)}");
        };
        run.CheckpointWritten += (_, checkpoint) => Console.WriteLine($"checkpoint of {checkpoint.Stage} {checkpoint.Step}");
        run.StageEnded += (_, stage) => Console.WriteLine($"{stage.Stage} has done its {stage.Steps} steps");

        using CancellationTokenSource stop = new();
        Console.CancelKeyPress += (_, key) =>
        {
            key.Cancel = true; // the run writes a checkpoint; new Pretrainer(RunFolder.Open(folder)).Run() goes on from there
            stop.Cancel();
        };
        run.Run(stop.Token);
        OnnxExport.Write(TrainedWeights.Open(folder), Path.Combine(folder, "mine.onnx")); // for SpotModel, and any other runtime
    }
}
