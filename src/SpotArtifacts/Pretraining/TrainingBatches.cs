using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// Batches on the device that trains. The batch of a step is the same on every device, up to rounding: order and views come from
/// the seed alone. On a CPU, or where the images do not stand ready as pixels, threads make the batches and they are copied over;
/// packed pixels that fit into the budget lie on the device, and views are made there.
/// </summary>
internal sealed class TrainingBatches : IDisposable
{
    private readonly Device _device;
    private readonly BatchLoaderOptions _options;
    private readonly Augmentation _view;
    private readonly BatchLoader? _loader;
    private readonly DevicePixels? _pixels;
    private readonly SampleOrder? _order;
    private long _step;

    /// <summary>Starts loading.</summary>
    /// <param name="images">Source; its set must stay open.</param>
    /// <param name="view">Random view of each image.</param>
    /// <param name="options">Batch, seed, start, threads.</param>
    /// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
    /// <param name="deviceBudget">Bytes of packed pixels that may lie on a device other than the CPU.</param>
    public TrainingBatches(DecodedImages images, Augmentation view, BatchLoaderOptions options, Device device, long deviceBudget)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(options);
        (_device, _options, _view, _step) = (device, options, view, options.StartStep);
        if (AreMadeOnDevice(images, device, deviceBudget))
        {
            _pixels = DevicePixels.Upload(images, device);
            _order = new SampleOrder(images.Set.SourceCounts, options.Seed, options.ShuffleBuffer);
        }
        else
            _loader = new BatchLoader(images, view, options);
    }

    /// <summary>Time spent waiting for the loading threads so far.</summary>
    public TimeSpan WaitTime => _loader?.WaitTime ?? TimeSpan.Zero;

    /// <summary>Whether views would be made on the device.</summary>
    public static bool AreMadeOnDevice(DecodedImages images, Device device, long deviceBudget)
    {
        ArgumentNullException.ThrowIfNull(images);
        return EngineDevice.IsElsewhere(device) && images.Set.CommonSide is { } side
            && DevicePixels.BytesFor(images.Count, side) <= deviceBudget;
    }

    /// <summary>The next step's batch (B, 3, S, S) in [-1, 1], channels last, and which images it shows.</summary>
    public (Tensor Images, int[] Indices) Next()
    {
        if (_loader is null)
            return MakeOnDevice();
        using LoadedBatch batch = _loader.Next();
        Tensor images = TensorData.From<float>(batch.Pixels, batch.Count, 3, batch.Size, batch.Size).ToChannelsLast();
        return (EngineDevice.IsElsewhere(_device) ? images.Send(_device) : images, [.. batch.Indices]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _loader?.Dispose();
        _pixels?.Dispose();
    }

    private (Tensor, int[]) MakeOnDevice()
    {
        long first = (_step++ * _options.WorldSize + _options.Rank) * _options.BatchSize;
        int[] indices = new int[_options.BatchSize];
        ulong[] seeds = new ulong[_options.BatchSize];
        for (int i = 0; i < indices.Length; i++)
            (indices[i], seeds[i]) = (_order!.ImageOf(first + i), _order.ViewSeedOf(first + i));
        return (_pixels!.Views(indices, seeds, _view), indices);
    }
}
