using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

// N images of the set, B of a batch; P side of the packed images, S side of the views.

/// <summary>
/// A packed set's pixels as one tensor on a device, and random views of them made there: only what decides a view crosses the
/// bus. The same views as <see cref="Augmentation.Apply"/> renders, up to rounding: resizing is two matrix products with the same
/// weights.
/// </summary>
internal sealed class DevicePixels : IDisposable
{
    private const int Chunk = 1024;
    private readonly Tensor _pixels; // (N, P, P, 3), 8 bits
    private readonly FilterTaps _taps = new();
    private readonly int _side;

    private DevicePixels(Tensor pixels, int side) => (_pixels, _side) = (pixels, side);

    /// <summary>Bytes on the device.</summary>
    public static long BytesFor(int images, int side) => 3L * side * side * images;

    /// <summary>
    /// Copies all images of a packed set to a device; the next good image stands in for a damaged one, as everywhere.
    /// </summary>
    /// <param name="images">A set whose <see cref="ImageSet.CommonSide"/> is known.</param>
    /// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
    /// <exception cref="ArgumentException">The images have no common size.</exception>
    /// <exception cref="ImageSetException">Too many images are damaged.</exception>
    /// <exception cref="NativeEngineException">The device has no room.</exception>
    public static DevicePixels Upload(DecodedImages images, Device device)
    {
        ArgumentNullException.ThrowIfNull(images);
        int side = images.Set.CommonSide ?? throw new ArgumentException("only packed pixels have one size", nameof(images));
        int bytes = 3 * side * side;
        using IDisposable off = no_grad();
        Tensor pixels = zeros([images.Count, side, side, 3], ScalarType.Byte, device).DetachFromDisposeScope();
        byte[] chunk = new byte[Chunk * bytes];
        for (int first = 0; first < images.Count; first += Chunk)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(Chunk, images.Count - first);
            for (int i = 0; i < count; i++)
                images.Get(first + i, out _).Pixels.CopyTo(chunk, i * bytes);
            pixels.narrow(0, first, count).copy_(TensorData.From<byte>(chunk.AsSpan(0, count * bytes), count, side, side, 3));
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
        using IDisposable off = no_grad();
        AugmentedView[] views = [.. seeds.Select(seed => augmentation.Draw(_side, _side, seed))];
        Tensor chosen = _pixels.index_select(0,
            OnDevice(TensorData.From<long>([.. indices.Select(index => (long)index)], indices.Count)));
        Tensor resized = Resize(chosen.to(ScalarType.Float32), views, augmentation.Size);
        return ChangeColors(resized.Over(255), views).Times(2).Minus(1).Between(-1, 1).ToChannelsLast();
    }

    /// <inheritdoc/>
    public void Dispose() => _pixels.Dispose();

    private Tensor Resize(Tensor images, AugmentedView[] views, int size)
    {
        Tensor rows = Matrices(views, size, view => (view.Box.Y, view.Box.Height, false));
        Tensor columns = Matrices(views, size, view => (view.Box.X, view.Box.Width, view.Mirror));
        Tensor narrow = rows.matmul(images.reshape(views.Length, _side, -1)); // (B, S, P * 3)
        // (B, P, S * 3)
        Tensor turned = narrow.reshape(views.Length, size, _side, 3).permute(0, 2, 1, 3).reshape(views.Length, _side, -1);
        return columns.matmul(turned).reshape(views.Length, size, size, 3).permute(0, 3, 2, 1); // (B, 3, S, S)
    }

    private Tensor Matrices(AugmentedView[] views, int size, Func<AugmentedView,
        (double From, double Extent, bool Reversed)> axis)
    {
        int length = size * _side;
        float[] matrices = new float[views.Length * length];
        for (int i = 0; i < views.Length; i++)
        {
            (double from, double extent, bool reversed) = axis(views[i]);
            _taps.Prepare(_side, from, extent, size, views[i].Filter, reversed);
            _taps.CopyTo(matrices.AsSpan(i * length, length), _side);
        }
        return OnDevice(TensorData.From<float>(matrices, views.Length, size, _side));
    }

    // As ColorJitter; a shift of 0 stands for "not now".
    private Tensor ChangeColors(Tensor images, AugmentedView[] views)
    {
        Tensor first = PerImage(views, view => view.BrightnessFirst ? view.Brightness : 0),
        last = PerImage(views, view => view.BrightnessFirst ? 0 : view.Brightness);
        Tensor shifted = images.Plus(first), value = shifted.amax([1], keepdim: true);
        Tensor limit = value / (value - shifted.amin([1], keepdim: true)).AtLeast(1e-30);
        Tensor scale = PerImage(views, view => view.Saturation).minimum(limit).AtLeast(0);
        return (value - (value - shifted) * scale).Plus(last);
    }

    private Tensor PerImage(AugmentedView[] views, Func<AugmentedView, float> number) =>
        OnDevice(TensorData.From<float>([.. views.Select(number)], views.Length, 1, 1, 1));

    private Tensor OnDevice(Tensor tensor) => tensor.Send(_pixels.device);
}
