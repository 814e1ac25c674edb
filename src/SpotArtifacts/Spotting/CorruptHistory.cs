using SpotArtifacts.Damage;
using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Spotting;

/// <summary>
/// Past corrupted images with their masks (method.md section 5). A share of C's corrupt half is replaced by them; the images they
/// replace still train the repair network by their squared error, not by the verdict, which C never gave. Of several ranks each
/// has the history of all.
/// </summary>
/// <param name="capacity">Images kept.</param>
/// <param name="share">Share of the corrupt half that is replaced, as far as the history holds as many.</param>
/// <param name="random">Source of the choice.</param>
public sealed class CorruptHistory(int capacity, double share, Generator random) : IDisposable
{
    private Tensor? _images, _masks;

    /// <summary>Kept images (n, 3, S, S), or null while there are none; for checkpoints.</summary>
    public Tensor? Images => _images;

    /// <summary>Their masks (n, 1, M, N).</summary>
    public Tensor? Masks => _masks;

    /// <summary>Mixes past images into a corrupt half and remembers the present one.</summary>
    /// <returns>The mixed half and its masks, of the same shapes.</returns>
    public (Tensor Images, KeepMask Mask) Mix(Tensor repaired, KeepMask mask)
    {
        ArgumentNullException.ThrowIfNull(repaired);
        ArgumentNullException.ThrowIfNull(mask);
        (int ranks, int rank) = RankGroup.Current is { World: var world } ? (world.Size, world.Rank) : (1, 0);
        long batch = repaired.shape[0], taken = Math.Min((long)Math.Round(batch * ranks * share), _images?.shape[0] ?? 0);
        // The last images of the global batch are replaced; which of them are this rank's?
        long firstReplaced = batch * ranks - taken - batch * rank, kept = Math.Clamp(firstReplaced, 0, batch);
        (Tensor, KeepMask) mixed = (repaired, mask);
        if (taken > 0 && _images is not null)
        {
            Tensor order = randperm(_images.shape[0], ScalarType.Int64, CPU, generator: random);
            if (kept < batch)
            {
                Tensor chosen = order.narrow(0, kept - firstReplaced, batch - kept).Send(repaired.device);
                mixed = (cat([repaired.narrow(0, 0, kept), _images.index_select(0, chosen)], 0),
                    new KeepMask(cat([mask.Values.narrow(0, 0, kept), _masks!.index_select(0, chosen)], 0)));
            }
        }
        Remember(RankGroup.Rows(repaired), RankGroup.Rows(mask.Values));
        return mixed;
    }

    /// <summary>Puts saved contents back.</summary>
    public void Restore(Tensor images, Tensor masks)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(masks);
        Dispose();
        (_images, _masks) = (images.DetachFromDisposeScope(), masks.DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _images?.Dispose();
        _masks?.Dispose();
    }

    // The newest stand last; what exceeds the capacity falls off the front.
    private void Remember(Tensor repaired, Tensor mask)
    {
        using IDisposable off = no_grad();
        Tensor images = _images is null ? repaired.detach() : cat([_images, repaired.detach()], 0);
        Tensor masks = _masks is null ? mask : cat([_masks, mask], 0);
        long excess = Math.Max(0, images.shape[0] - capacity), kept = images.shape[0] - excess;
        Restore(images.narrow(0, excess, kept).clone(), masks.narrow(0, excess, kept).clone());
    }
}
