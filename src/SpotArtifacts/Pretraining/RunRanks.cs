using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Distributed;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Packing;
using SpotArtifacts.Spotting;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// A run on so many ranks. Its global batch is settled when it begins: ranks times the recipe's batch per rank. Continued on another
/// number of ranks it goes on with the same images in the same steps, each rank with another share of them.
/// </summary>
internal sealed class RunRanks
{
    private readonly ICommunicator _world;
    private readonly int _globalBatch;

    /// <summary>Shares the batch out.</summary>
    /// <param name="world">The processes that train together.</param>
    /// <param name="recipe">As the run began.</param>
    /// <param name="description">As the run began.</param>
    /// <exception cref="SpotException">So many ranks cannot share the batch.</exception>
    internal RunRanks(ICommunicator world, Recipe recipe, RunDescription description)
    {
        _world = world;
        _globalBatch = checked(recipe.BatchPerRank * Math.Max(1, description.Ranks));
        int share = _globalBatch / world.Size;
        if (share * world.Size != _globalBatch || share < 2)
            throw new SpotException(string.Create(CultureInfo.InvariantCulture,
                $"the run has {_globalBatch} images in each step ({recipe.BatchPerRank} on each of {description.Ranks}), which "
                + $"{world.Size} ranks cannot share: take a number of ranks that divides it and leaves two images to each"));
        RequireRawShared(world.Size, recipe);
        Recipe = recipe with { BatchPerRank = share };
        Description = description with { Device = RankSession.DeviceOf(description.Device) };
    }

    /// <summary>The run's recipe with this rank's share of the batch.</summary>
    internal Recipe Recipe { get; }

    /// <summary>The run's description with this rank's device.</summary>
    internal RunDescription Description { get; }

    /// <summary>Whether this process writes into the run folder: one of them does.</summary>
    internal bool Writes => _world.Rank == 0;

    /// <summary>The output of the one process that says anything; of the others nothing.</summary>
    internal PretrainingOutput Quiet(PretrainingOutput output) =>
        Writes ? output : output with { Progress = null, Logger = NullLogger.Instance };

    /// <summary>Compares what the ranks are about to do, and joins their devices.</summary>
    /// <exception cref="SpotException">One is about to do something else.</exception>
    internal StageRanks Start(ImageSet set, Checkpoint? checkpoint, Device device)
    {
        string version = $"{Description.Version} {typeof(RunRanks).Assembly.ManifestModule.ModuleVersionId}";
        StartAgreement.Require(_world, [("version", version)]);
        if (_world.Size > 1)
            StartAgreement.Require(_world,
            [
                ("recipe", RecipeFile.ToYaml(Recipe)),
                ("set of images", $"{SetDigest.Of(set)} {set.CommonSide}"),
                ("checkpoint", checkpoint is null ? "" : $"{checkpoint.GetText("stage")} {checkpoint.GetNumber("step")}"),
                ("kind of device or precision", $"{device.type} {Description.Precision}"),
                ("way of exchanging", $"{Description.SyncBatchNorm} {Description.DeterministicReductions}"),
            ]);
        ICommunicator between = _world.Size > 1 && device.type == TorchSharp.DeviceType.CUDA
            ? new NcclCommunicator(_world, Math.Max(0, device.index)) : _world;
        RankOptions options = new()
        {
            SyncBatchNorm = Description.SyncBatchNorm,
            FixedOrder = Description.DeterministicReductions,
        };
        return new StageRanks(between, Recipe.BatchPerRank, options) { Description = Describe(between) };
    }

    // What is asked raw passes by itself: of each rank as many images, so that the mean over ranks is that over images.
    private void RequireRawShared(int ranks, Recipe recipe)
    {
        SpottingOptions options = recipe.Spotting;
        if (recipe.Pretext != Pretext.Spotting || !options.AsksRaw)
            return;
        // Each image is compared with what is remembered of all, of which the other ranks' are elsewhere.
        if (options.InstanceWeight > 0 && ranks > 1)
            throw new SpotException($"spotting.instance_weight={options.InstanceWeight} compares images with each other, which "
                + $"{ranks} ranks cannot: train it in one process, or set it to 0");
        long raw = RotationQuestion.Asked(options.RotationShare, _globalBatch), each = raw / ranks;
        if (each * ranks != raw || _globalBatch / ranks - each < 2)
            throw new SpotException(string.Create(CultureInfo.InvariantCulture,
                $"spotting.rotation_share={options.RotationShare} asks {raw} of the {_globalBatch} images of each step raw, which "
                + $"{ranks} ranks cannot share: take a share, or a number of ranks, that asks equally many on each and leaves "
                + $"two images to each for the game"));
    }

    private string? Describe(ICommunicator between) => _world.Size == 1 && Description.Ranks == 1 ? null
        : string.Create(CultureInfo.InvariantCulture,
            $"{_world.Size} rank{(_world.Size == 1 ? "" : "s")}: batch_per_rank {Recipe.BatchPerRank}, global batch "
            + $"{_globalBatch}; ")
        + $"batch norms {(Description.SyncBatchNorm ? "synchronised" : "of each rank's own images")}; "
        + (Description.DeterministicReductions ? "sums in the order of the ranks; " : "") + between.Description
        + (_world.Size == 1 ? "" : $"; ranks are {RankSession.Places}");
}
