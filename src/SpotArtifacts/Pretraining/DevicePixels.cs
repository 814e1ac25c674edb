using SpotArtifacts.Images;
using SpotArtifacts.Torch;

namespace SpotArtifacts.Pretraining;

// N images of the set, B of a batch; P side of the packed images, S side of the views.

/// <summary>
/// A packed set's pixels as one tensor on a device, and random views of them made there: only what decides a view crosses the bus.
/// The same views as <see cref="Augmentation.Apply"/> renders, up to rounding: resizing is two matrix products with the same weights.
/// </summary>
public sealed class DevicePixels : IDisposable
{
    private const int Chunk = 1024;
    private readonly Tensor _pixels; // (N, P, P, 3), 8 bits
    private readonly FilterTaps _taps = new();
    private readonly int _side;

    private DevicePixels(Tensor pixels, int side) => (_pixels, _side) = (pixels, side);

    /// <summary>Bytes on the device.</summary>
    public static long BytesFor(int images, int side) => 3L * side * side * images;

    /// <summary>Copies all images of a packed set to a device; the next good image stands in for a damaged one, as everywhere.</summary>
    /// <param name="images">A set whose <see cref="ImageSet.CommonSide"/> is known.</param>
    /// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
    /// <exception cref="ArgumentException">The images have no common size.</exception>
    /// <exception cref="ImageSetException">Too many images are damaged.</exception>
    /// <exception cref="TorchException">The device has no room.</exception>
    public static DevicePixels Upload(DecodedImages images, string device)
    {
        ArgumentNullException.ThrowIfNull(images);
        int side = images.Set.CommonSide ?? throw new ArgumentException("only packed pixels have one size", nameof(images));
        int bytes = 3 * side * side;
        using GradMode off = Autograd.Disable();
        Tensor pixels = Tensor.Full(0, ElementType.UInt8, device, images.Count, side, side, 3).Detached();
        byte[] chunk = new byte[Chunk * bytes];
        for (int first = 0; first < images.Count; first += Chunk)
        {
            using var scope = new TensorScope();
            int count = Math.Min(Chunk, images.Count - first);
            for (int i = 0; i < count; i++) images.Get(first + i, out _).Pixels.CopyTo(chunk, i * bytes);
            pixels.Narrow(0, first, count).CopyInPlace(Tensor.From<byte>(chunk.AsSpan(0, count * bytes), count, side, side, 3));
        }
        return new DevicePixels(pixels, side);
    }

    /// <summary>Random views of some images.</summary>
    /// <param name="indices">B images.</param>
    /// <param name="seeds">One for each.</param>
    /// <param name="augmentation">Draws the views.</param>
    /// <returns>(B, 3, S, S) in [-1, 1], channels last, on the device.</returns>
    public Tensor Views(IReadOnlyList<int> indices, IReadOnlyList<ulong> seeds, Augmentation augmentation)
    {
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(augmentation);
        using GradMode off = Autograd.Disable();
        AugmentedView[] views = [.. seeds.Select(seed => augmentation.Draw(_side, _side, seed))];
        Tensor chosen = _pixels.Select(0, OnDevice(Tensor.From<long>([.. indices.Select(index => (long)index)], indices.Count), ElementType.Int64));
        Tensor resized = Resize(OnDevice(chosen, ElementType.Float32), views, augmentation.Size);
        return (ChangeColors(resized / 255, views) * 2 - 1).Clamp(-1, 1).ChannelsLast();
    }

    /// <inheritdoc/>
    public void Dispose() => _pixels.Dispose();

    private Tensor Resize(Tensor images, AugmentedView[] views, int size)
    {
        Tensor rows = Matrices(views, size, view => (view.Box.Y, view.Box.Height, false));
        Tensor columns = Matrices(views, size, view => (view.Box.X, view.Box.Width, view.Mirror));
        Tensor narrow = rows.MatMul(images.Reshape(views.Length, _side, -1)); // (B, S, P * 3)
        Tensor turned = narrow.Reshape(views.Length, size, _side, 3).Permute(0, 2, 1, 3).Reshape(views.Length, _side, -1); // (B, P, S * 3)
        return columns.MatMul(turned).Reshape(views.Length, size, size, 3).Permute(0, 3, 2, 1); // (B, 3, S, S)
    }

    private Tensor Matrices(AugmentedView[] views, int size, Func<AugmentedView, (double From, double Extent, bool Reversed)> axis)
    {
        int length = size * _side;
        float[] matrices = new float[views.Length * length];
        for (int i = 0; i < views.Length; i++)
        {
            (double from, double extent, bool reversed) = axis(views[i]);
            _taps.Prepare(_side, from, extent, size, views[i].Filter, reversed);
            _taps.CopyTo(matrices.AsSpan(i * length, length), _side);
        }
        return OnDevice(Tensor.From<float>(matrices, views.Length, size, _side), ElementType.Float32);
    }

    // As ColorJitter; a shift of 0 stands for "not now".
    private Tensor ChangeColors(Tensor images, AugmentedView[] views)
    {
        Tensor first = PerImage(views, view => view.BrightnessFirst ? view.Brightness : 0), last = PerImage(views, view => view.BrightnessFirst ? 0 : view.Brightness);
        Tensor shifted = images + first, value = shifted.Largest(1);
        Tensor limit = value / (value - shifted.Smallest(1)).AtLeast(1e-30);
        Tensor scale = PerImage(views, view => view.Saturation).Minimum(limit).AtLeast(0);
        return value - (value - shifted) * scale + last;
    }

    private Tensor PerImage(AugmentedView[] views, Func<AugmentedView, float> number) =>
        OnDevice(Tensor.From<float>([.. views.Select(number)], views.Length, 1, 1, 1), ElementType.Float32);

    private Tensor OnDevice(Tensor tensor, ElementType type) => tensor.To(_pixels.Device, type);
}
