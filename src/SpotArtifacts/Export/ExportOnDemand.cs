using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Engine;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using TorchSharp;

namespace SpotArtifacts.Export;

/// <summary>
/// Runs and files of weights as what an application uses. A run folder keeps its exported model as <c>model.onnx</c> (of the
/// moving averages <c>model-ema.onnx</c>): written when it is first needed, and again when the weights are others than it was
/// made of. Of a file of weights alone, or of a folder that cannot be written to, the model is made in memory each time.
/// </summary>
public static class ExportOnDemand
{
    private const string RandomWeights = "random weights",
        WhiteningRemedy =
            "All layers together (whitened) can be fitted on images like those the network was trained on, for a file to use "
            + "instead: spot export RUN --format onnx --fit-images PATH... --out FILE";

    /// <summary>Opens a network for features.</summary>
    /// <param name="path">A run folder, a file of weights, or an exported model.</param>
    /// <param name="options">Which features.</param>
    /// <param name="averaged">Take the exponential moving averages of the weights.</param>
    /// <param name="logger">Told when the run is not finished.</param>
    /// <exception cref="SpotException">
    /// Nothing is there, it is damaged, or an option cannot work; the message says what to do.
    /// </exception>
    public static SpotModel OpenModel(
        string path, SpotModelOptions? options = null, bool averaged = false, ILogger? logger = null)
    {
        options ??= new SpotModelOptions();
        options.Validate();
        return SpotModel.Load(Open(path, averaged, logger, options), options);
    }

    /// <summary>Opens a network for features that libtorch computes: on a device, or in another precision than Float32.</summary>
    /// <param name="path">A run folder, or a file of weights.</param>
    /// <param name="options">Which features.</param>
    /// <param name="device">Where.</param>
    /// <param name="precision">What convolutions compute in.</param>
    /// <param name="averaged">Take the exponential moving averages of the weights.</param>
    /// <param name="logger">Told when the run is not finished.</param>
    /// <exception cref="SpotException">As without a device; or it is an exported model, which holds no network for libtorch.</exception>
    public static SpotModel OpenModel(
        string path, SpotModelOptions options, torch.Device device, Precision precision, bool averaged = false,
        ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (IsExported(path))
            throw new SpotException(
                $"{path} is an exported model, which ONNX Runtime computes in f32 on the processor; for another precision or "
                + "device name the run folder or its weights");
        ModelFile file = Open(path, averaged, logger, options);
        ModelDescription description = file.Metadata.Description;
        options = options.For(description, path);
        return SpotModel.Load(description, options, () => new LibtorchFeatures(
            TrainedWeights.Open(path), averaged, file, options, device, precision));
    }

    /// <summary>Opens a network for inspection.</summary>
    /// <param name="path">A run folder, a file of weights, or an exported model.</param>
    /// <param name="options">How to look.</param>
    /// <param name="averaged">Take the exponential moving averages of the weights.</param>
    /// <param name="logger">Told when the run is not finished.</param>
    /// <exception cref="SpotException">As of <c>OpenModel</c>; or the network was trained for something else.</exception>
    public static ArtifactInspector OpenInspector(
        string path, InspectionOptions? options = null, bool averaged = false, ILogger? logger = null) =>
        ArtifactInspector.Load(Open(path, averaged, logger), options);

    /// <summary>What a network looks for first: the filters of conv1 as pictures, each stretched to its own range.</summary>
    /// <param name="path">A run folder, a file of weights, or an exported model.</param>
    /// <exception cref="SpotException">As of <c>OpenModel</c>.</exception>
    internal static IReadOnlyList<RgbImage> OpenFilters(string path) =>
        FirstLayerFilters.Of(Open(path, averaged: false, logger: null));

    /// <summary>The network of a recipe before any training: what trained features are compared with.</summary>
    /// <param name="recipe">Sizes and seed.</param>
    /// <param name="options">Which features.</param>
    /// <exception cref="SpotException">An option cannot work.</exception>
    public static SpotModel RandomModel(Recipe recipe, SpotModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return SpotModel.Load(ModelFile.Of(BuildRandom(recipe), RandomWeights), options);
    }

    /// <summary>That network's graph; it gives no verdict.</summary>
    /// <param name="recipe">Sizes and seed.</param>
    /// <param name="fit">Images that the whitened vector is fitted on; null for none.</param>
    internal static ModelProto BuildRandom(Recipe recipe, ImageSet? fit = null)
    {
        using var network = new Discriminator(recipe.Network);
        InitialValues.SetGlorotUniform(network, recipe.Seed);
        Checkpoint weights = new();
        weights.Add(network);
        weights.SetNumber("step", 0);
        return OnnxExport.Build(
            new TrainedWeights(recipe, weights, RandomWeights), new OnnxExportOptions { Verdict = false, FitImages = fit });
    }

    // Options where vectors are wanted: the whitened one is fitted when it is first asked for, or could be.
    private static ModelFile Open(string path, bool averaged, ILogger? logger, SpotModelOptions? options = null)
    {
        if (IsExported(path))
            return SayWhatLacks(RequireAverages(ModelFile.Open(path), averaged), options, logger, $"{path} was exported without");
        string weights = TrainedWeights.Locate(path), source = DigestOf(weights);
        string? kept = TrainingImages.FolderOf(path)?.File(averaged ? "model-ema.onnx" : "model.onnx");
        ModelMetadata? metadata = kept is null ? null : ModelFileMetadata.TryRead(kept);
        bool current = metadata?.Source == source, lacks = metadata?.Description.Whitening is null or "";
        if (current && !metadata!.Description.Training.Finished)
            logger?.RunIsUnfinished(metadata.Description.Training.Steps);
        bool fits = options?.TakesWhitened == true && (!current || lacks);
        if (current && !fits)
            return ModelFile.Open(kept!);
        string why = "";
        TrainedWeights trained = TrainedWeights.Open(path, current ? null : logger);
        OnnxExportOptions export = new() { Averaged = averaged };
        ModelProto model = fits ? TrainingImages.Build(path, trained, export, source, logger, out why)
            : OnnxExport.Build(trained, export, source);
        if (kept is not null && (!current || why.Length == 0))
            TryWrite(model, kept);
        return SayWhatLacks(ModelFile.Of(model, path), options, logger, why);
    }

    // The whitened vector is refused where it was asked for; where it would have been taken, nothing takes its place silently.
    private static ModelFile SayWhatLacks(ModelFile file, SpotModelOptions? options, ILogger? logger, string why)
    {
        if (options?.TakesWhitened != true || file.Metadata.Description.Whitening.Length > 0)
            return file;
        if (options.Layer is not null)
            throw new SpotException($"no whitened vector: {why}. {WhiteningRemedy}");
        logger?.WhiteningIsMissing(why, WhiteningRemedy);
        return file;
    }

    private static bool IsExported(string path) =>
        File.Exists(path) && Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);

    private static ModelFile RequireAverages(ModelFile file, bool averaged) =>
        !averaged || file.Metadata.Description.Training.Averaged
        ? file
        : throw new SpotException(
            $"{file.Name} was exported from the last step's weights; leave --ema out, or export the run again with --ema");

    private static void TryWrite(ModelProto model, string path)
    {
        try
        {
            OnnxExport.Write(model, path);
        }
        catch (OutputException)
        {
            // Somebody else's folder, or a full disk: the next call makes it again.
        }
    }

    private static string DigestOf(string weights)
    {
        try
        {
            using FileStream stream = new(weights, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 20);
            return $"sha256:{Convert.ToHexStringLower(SHA256.HashData(stream))}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{weights}: cannot be read: {e.Message}", e);
        }
    }
}
