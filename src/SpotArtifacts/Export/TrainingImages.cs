using Microsoft.Extensions.Logging;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Export;

/// <summary>The images that weights were trained on, as far as they can still be read.</summary>
internal static class TrainingImages
{
    /// <summary>Builds the model, with the whitened vector where it can be fitted on these images.</summary>
    /// <param name="path">A run folder, or a file of weights.</param>
    /// <param name="trained">What was opened of it.</param>
    /// <param name="options">How; without images.</param>
    /// <param name="source">What the weights are recognised by; empty where nobody will ask.</param>
    /// <param name="logger">Told before the fitting, which takes a while.</param>
    /// <param name="why">Why the model has no whitened vector; empty where it has.</param>
    internal static ModelProto Build(
        string path, TrainedWeights trained, OnnxExportOptions options, string source, ILogger? logger, out string why)
    {
        options.Validate();
        why = "";
        try
        {
            using ImageSet images = Open(path);
            if (images.Count >= WhiteningFit.MinImages)
                logger?.WhiteningIsFitted(Math.Min(images.Count, WhiteningFit.MaxImages), images.Count);
            return OnnxExport.Build(trained, options with { FitImages = images }, source);
        }
        catch (SpotException unfit)
        {
            why = unfit.Message.TrimEnd('.');
            return OnnxExport.Build(trained, options, source);
        }
    }

    // Where the run says that they are.
    private static ImageSet Open(string path)
    {
        RunFolder folder = FolderOf(path) ?? throw new SpotException($"{path} does not say which images it was trained on");
        RunDescription description = folder.ReadDescription();
        return description.Images.Count > 0 ? description.OpenImages()
            : throw new SpotException($"the images of {path} came from a program's own source");
    }

    /// <summary>The run folder that a path is, or whose finished weights it is; null for a file of weights on its own.</summary>
    internal static RunFolder? FolderOf(string path)
    {
        if (Directory.Exists(path))
            return RunFolder.Open(path);
        string weights = Path.GetFullPath(path), folder = Path.GetDirectoryName(weights)!;
        if (!File.Exists(Path.Combine(folder, RunFolder.RecipeName)))
            return null;
        RunFolder run = RunFolder.Open(folder);
        return run.Weights == weights ? run : null;
    }
}
