using SpotArtifacts.Damage;
using SpotArtifacts.Torch;

namespace SpotArtifacts.Spotting;

/// <summary>
/// Past corrupted images with their masks (SPEC section 5). A share of C's corrupt half is replaced by them; the images they
/// replace still train the repair network by their squared error, not by the verdict, which C never gave.
/// </summary>
/// <param name="capacity">Images kept.</param>
/// <param name="share">Share of the corrupt half that is replaced, as far as the history holds as many.</param>
/// <param name="random">Source of the choice.</param>
public sealed class CorruptHistory(int capacity, double share, RandomGenerator random) : IDisposable
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
        long batch = repaired.Shape[0], taken = Math.Min((long)Math.Round(batch * share), _images?.Shape[0] ?? 0);
        (Tensor, KeepMask) mixed = (repaired, mask);
        if (taken > 0 && _images is not null)
        {
            Tensor chosen = Functions.Permutation(_images.Shape[0], random).Narrow(0, 0, taken).To(repaired.Device, ElementType.Int64);
            mixed = (Tensor.Concatenate(0, repaired.Narrow(0, 0, batch - taken), _images.Select(0, chosen)),
                new KeepMask(Tensor.Concatenate(0, mask.Values.Narrow(0, 0, batch - taken), _masks!.Select(0, chosen))));
        }
        Remember(repaired, mask);
        return mixed;
    }

    /// <summary>Puts saved contents back.</summary>
    public void Restore(Tensor images, Tensor masks)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(masks);
        Dispose();
        (_images, _masks) = (images.Detached(), masks.Detached());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _images?.Dispose();
        _masks?.Dispose();
    }

    // The newest stand last; what exceeds the capacity falls off the front.
    private void Remember(Tensor repaired, KeepMask mask)
    {
        using GradMode off = Autograd.Disable();
        Tensor images = _images is null ? repaired.Detach() : Tensor.Concatenate(0, _images, repaired.Detach());
        Tensor masks = _masks is null ? mask.Values : Tensor.Concatenate(0, _masks, mask.Values);
        long excess = Math.Max(0, images.Shape[0] - capacity), kept = images.Shape[0] - excess;
        Restore(images.Narrow(0, excess, kept).Clone(), masks.Narrow(0, excess, kept).Clone());
    }
}
