using Microsoft.Extensions.Logging;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Networks;
using SpotArtifacts.Spotting;

namespace SpotArtifacts.Pretraining;

/// <summary>The networks of a run: what they are and what they learned.</summary>
/// <param name="Recipe">Sizes of the networks, and how they were trained.</param>
/// <param name="Weights">Their tensors.</param>
/// <param name="Path">The file they came from.</param>
public sealed record TrainedWeights(Recipe Recipe, Checkpoint Weights, string Path)
{
    /// <summary>Opens a run folder or a file of weights; a file needs no run folder, its recipe stands in its metadata.</summary>
    /// <param name="path">The run folder, whose finished weights are taken or else its last checkpoint, or the file.</param>
    /// <param name="logger">Told when the run is not finished.</param>
    /// <exception cref="SpotException">Nothing is there, or it is damaged, or stage 2 has not begun.</exception>
    public static TrainedWeights Open(string path, ILogger? logger = null)
    {
        string file = Locate(path);
        Checkpoint weights = Checkpoint.Read(file);
        if (file == System.IO.Path.GetFullPath(path) || weights.HasText(RecipeKey))
            return OpenFile(weights, file);
        RunFolder folder = RunFolder.Open(path);
        if (weights.GetText("stage") == AutoencodingStage.Name)
            throw new SpotException($"{path} is still in stage 1; continue it with: spot resume {path}");
        logger?.RunIsUnfinished(weights.GetNumber("step"));
        return new TrainedWeights(folder.ReadRecipe(), weights, file);
    }

    /// <summary>The file that holds a path's weights, first match wins:
    /// <list type="number">
    /// <item>the path is a file: that;</item>
    /// <item>the finished weights of a run folder;</item>
    /// <item>its last checkpoint.</item>
    /// </list></summary>
    /// <exception cref="SpotException">Nothing of that is there.</exception>
    internal static string Locate(string path)
    {
        if (File.Exists(path))
            return System.IO.Path.GetFullPath(path);
        RunFolder folder = RunFolder.Open(path);
        return File.Exists(folder.Weights) ? folder.Weights
            : File.Exists(folder.Checkpoint) ? folder.Checkpoint
            : throw new SpotException($"{path} has neither weights nor a checkpoint yet; continue it with: spot resume {path}");
    }

    /// <summary>conv1 to conv5 as a module for a network of one's own; the caller disposes it.</summary>
    /// <param name="averaged">Take the exponential moving averages.</param>
    /// <exception cref="CheckpointException">A tensor is missing or has another shape.</exception>
    public DiscriminatorTrunk OpenTrunk(bool averaged = false) =>
        new(Restore(new Discriminator(Recipe.Network, keepMaskHead: false, classes: 0), Weights, averaged));

    /// <summary>The discriminator with the heads it was trained with; the caller disposes it.</summary>
    /// <param name="sizes">Its sizes.</param>
    /// <param name="weights">Weights or a checkpoint of the last stage.</param>
    /// <param name="averaged">Take the exponential moving averages.</param>
    /// <exception cref="CheckpointException">A tensor is missing or has another shape.</exception>
    public static Discriminator RestoreDiscriminator(NetworkOptions sizes, Checkpoint weights, bool averaged = false)
    {
        ArgumentNullException.ThrowIfNull(weights);
        // Weights of a pretext with a head of its own have no class head; that head is the pretext's, and is left out.
        int classes = weights.Has(ClassHead) ? (int)weights.ShapeOf(ClassHead)[0] : 0;
        return Restore(new Discriminator(sizes, weights.Has("discriminator.mask_head.weight"), classes), weights, averaged);
    }

    private static Discriminator Restore(Discriminator network, Checkpoint weights, bool averaged)
    {
        try
        {
            weights.Restore(network, averaged);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    internal const string RecipeKey = "recipe";

    private const string ClassHead = "discriminator.fc2.weight";

    /// <summary>
    /// Metadata of an exported file: whether its batch norms stand on their own, as the networks here need them.
    /// </summary>
    internal const string BatchNormKey = "batch_norm", BatchNormKept = "kept";

    private static TrainedWeights OpenFile(Checkpoint weights, string file)
    {
        if (!weights.HasText(RecipeKey))
            throw new SpotException(
                $"{file} has no recipe in its metadata, so the networks' sizes are unknown; name the run folder, or its "
                    + "weights.safetensors");
        if (weights.HasText(BatchNormKey) && weights.GetText(BatchNormKey) != BatchNormKept)
            throw new SpotException(
                $"{file} was exported for other programs (batch norm {weights.GetText(BatchNormKey)}); export it again without "
                    + "--fold and --names, or name the run folder");
        return new TrainedWeights(RecipeResolution.Resolve(RecipeFile.Parse(weights.GetText(RecipeKey), file)), weights, file);
    }
}
