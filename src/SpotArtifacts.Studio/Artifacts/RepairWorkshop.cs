using SpotArtifacts.Images;
using SpotArtifacts.Repair;
using SpotArtifacts.Studio.Models;

namespace SpotArtifacts.Studio.Artifacts;

/// <summary>Sizes of what a repair network takes.</summary>
/// <param name="Size">Side of its pictures in pixels.</param>
/// <param name="Grid">Rows and columns of its mask.</param>
/// <param name="DropRate">Share of the places that training dropped.</param>
internal sealed record RepairSizes(int Size, int Grid, double DropRate);

/// <summary>
/// Damages images and has them mended, on the thread of libtorch. The networks of one model are kept: who plays with one does not
/// wait for it twice.
/// </summary>
internal sealed class RepairWorkshop(EngineThread engine) : IDisposable
{
    // Touched on the engine's thread alone.
    private ModelEntry? _entry;
    private RepairingNetworks? _networks;

    /// <summary>What the networks of a model take.</summary>
    /// <exception cref="SpotException">It has no repair network.</exception>
    internal Task<RepairSizes> SizesAsync(ModelEntry entry) => engine.Run(() =>
    {
        RepairingNetworks networks = Load(entry);
        ImageRepair repair = new(networks);
        return new RepairSizes(repair.Size, repair.Grid, networks.Recipe.Damage.DropRate);
    });

    /// <summary>Drops the places that a mask says, and mends them.</summary>
    /// <param name="entry">Whose networks.</param>
    /// <param name="image">Of any size.</param>
    /// <param name="keep">Row by row, 1 = kept, 0 = dropped.</param>
    internal Task<RepairedImage> RepairAsync(ModelEntry entry, RgbImage image, IReadOnlyList<float> keep) => engine.Run(
        () => new ImageRepair(Load(entry), new ImageRepairOptions { Mask = keep }).Repair([(0, image)])[0]);

    /// <summary>Drops places of several images as training did, and mends them.</summary>
    internal Task<IReadOnlyList<RepairedImage>> RepairAsync(ModelEntry entry, IReadOnlyList<RgbImage> images, ulong seed) =>
        engine.Run(() => new ImageRepair(Load(entry), new ImageRepairOptions { Seed = seed }).Repair(
            [.. images.Select((image, number) => (number, image))]));

    /// <inheritdoc/>
    public void Dispose()
    {
        // Where nothing was loaded, libtorch is not loaded for its end.
        if (_networks is null)
            return;
        engine.Run(() =>
        {
            _networks?.Dispose();
            _networks = null;
            return true;
        }).Wait();
    }

    private RepairingNetworks Load(ModelEntry entry)
    {
        if (_networks is not null && _entry == entry)
            return _networks;
        if (entry.Kind == ModelKind.Exported)
            throw new SpotException(
                $"{entry.Name} is an exported model, which holds no repair network; open the run it was exported from");
        _networks?.Dispose();
        _networks = null;
        _networks = RepairingNetworks.Load(entry.Path);
        _entry = entry;
        return _networks;
    }
}
