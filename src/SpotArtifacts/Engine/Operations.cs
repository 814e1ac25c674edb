using SpotArtifacts.Distributed;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Engine;

// B batch, C channels, H rows, W columns.

/// <summary>The operations of the networks that are more than one call of TorchSharp; channels-last tensors stay so.</summary>
internal static class Operations
{
    private static readonly long[] s_none = [0, 0], s_one = [1, 1];

    /// <summary>Max-pooling with TensorFlow's SAME padding (by minus infinity, the odd pixel at bottom and right).</summary>
    /// <param name="x">(B, C, H, W).</param>
    /// <param name="kernel">Side of the window.</param>
    /// <param name="stride">Step between windows.</param>
    /// <returns>(B, C, ceil(H / stride), ceil(W / stride)).</returns>
    public static Tensor MaxPoolSame(Tensor x, int kernel, int stride)
    {
        ArgumentNullException.ThrowIfNull(x);
        SamePadding rows = SamePadding.Of((int)x.size(2), kernel, stride),
        columns = SamePadding.Of((int)x.size(3), kernel, stride);
        if (rows.IsSymmetric && columns.IsSymmetric)
            return functional.max_pool2d(x, [kernel, kernel], [stride, stride], [rows.Before, columns.Before], s_one);
        // One odd pixel at the far end is what ceil_mode adds, without a padded copy; not where windows begin at every pixel.
        if (stride > 1 && rows is { Before: 0, After: <= 1 } && columns is { Before: 0, After: <= 1 })
            return functional.max_pool2d(x, [kernel, kernel], [stride, stride], s_none, s_one, ceil_mode: true);
        using Tensor padded = functional.pad(x, [columns.Before, columns.After, rows.Before, rows.After],
            value: double.NegativeInfinity);
        return functional.max_pool2d(padded, [kernel, kernel], [stride, stride], s_none, s_one);
    }

    /// <summary>Mean over an odd window, stride 1; border windows divide by the number of entries inside the grid.</summary>
    public static Tensor NeighborhoodMean(Tensor x, int window) =>
        functional.avg_pool2d(x, [window, window], s_one, [window / 2, window / 2], ceil_mode: false, count_include_pad: false);

    /// <summary>Bilinear enlargement of (B, C, H, W) by a whole factor with half-pixel centres (align_corners = false).</summary>
    public static Tensor UpsampleBilinear(Tensor x, int factor)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (BilinearEnlargementFunction.Suits(x, factor))
            return BilinearEnlargementFunction.Apply(x);
        return functional.interpolate(x, [x.size(2) * factor, x.size(3) * factor], mode: InterpolationMode.Bilinear,
            align_corners: false);
    }

    /// <summary>Nearest-neighbour resize of (B, C, H, W) to rows x columns.</summary>
    public static Tensor UpsampleNearest(Tensor x, long rows, long columns) =>
        functional.interpolate(x, [rows, columns], mode: InterpolationMode.Nearest);

    /// <summary>Odd windows around each entry, zeros beyond the border: (B, C, H, W) to (B, H * W, C * window * window).</summary>
    /// <remarks>libtorch's own <c>unfold</c> goes image by image on a device.</remarks>
    public static Tensor Patches(Tensor x, int window)
    {
        ArgumentNullException.ThrowIfNull(x);
        int border = window / 2;
        using Tensor padded = functional.pad(x, [border, border, border, border]);
        using Tensor rows = padded.unfold(2, window, 1), windows = rows.unfold(3, window, 1); // (B, C, H, W, window, window)
        return windows.permute(0, 2, 3, 1, 4, 5).reshape(x.size(0), x.size(2) * x.size(3), x.size(1) * window * window);
    }

    /// <summary>Mean softmax cross-entropy of logits (B, classes) against labels (B), Int64.</summary>
    public static Tensor SoftmaxCrossEntropy(Tensor logits, Tensor labels) => functional.cross_entropy(logits, labels);

    /// <summary>
    /// AlexNet's local response normalisation: x / (k + alpha * sum of squares over <paramref name="size"/> channels)^beta.
    /// </summary>
    /// <param name="x">(B, C, H, W); the result is channels-last.</param>
    /// <param name="size">Channels in the window, odd.</param>
    /// <param name="alpha">TensorFlow's: not divided by the window, as libtorch's own operator does.</param>
    /// <param name="beta">Exponent; 0.75 is the fast one.</param>
    /// <param name="k">Added to the sum; above 0.</param>
    /// <exception cref="ArgumentException">x does not have four dimensions, or the window is not odd.</exception>
    public static Tensor LocalResponseNorm(Tensor x, int size, double alpha, double beta, double k) =>
        LocalResponseNormFunction.Apply(x, new LocalResponseWindow(size, alpha, beta, k));

    /// <summary>
    /// ReLU, <see cref="MaxPoolSame"/> and <see cref="LocalResponseNorm"/>, as one operator where there are kernels for it.
    /// </summary>
    /// <param name="x">(B, C, H, W), before the ReLU.</param>
    /// <param name="bias">(C), added before the ReLU, of x's type; null for none.</param>
    /// <param name="kernel">Side of the pooling window.</param>
    /// <param name="stride">Step between pooling windows.</param>
    /// <param name="norm">Of the pooled channels.</param>
    /// <returns>(B, C, ceil(H / stride), ceil(W / stride)), channels-last.</returns>
    public static Tensor PoolAndNormalize(Tensor x, Tensor? bias, int kernel, int stride, LocalResponseWindow norm)
    {
        if (PooledResponseFunction.Suits(x, kernel, stride, norm))
            return PooledResponseFunction.Apply(x, bias, norm);
        Tensor rectified = functional.relu(bias is null ? x : x.Plus(bias.view(1, -1, 1, 1)));
        return LocalResponseNormFunction.Apply(MaxPoolSame(rectified, kernel, stride), norm);
    }

    /// <summary>
    /// Max-pooling of regions to a fixed grid, quantised as in Fast R-CNN's Caffe layer (rbgirshick/caffe-fast-rcnn ROIPooling).
    /// </summary>
    /// <param name="x">(B, C, H, W); on another device than the CPU it is brought here and the result taken back.</param>
    /// <param name="regions">(R, 5), Float32: image 0 to B - 1, and x1, y1, x2, y2 in input pixels, both ends inside; takes no
    /// gradient.</param>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="columns">Columns of the result.</param>
    /// <param name="stride">Input pixels from one cell of x to the next.</param>
    /// <param name="offset">Input pixel at the centre of x's first cell.</param>
    /// <returns>(R, C, rows, columns).</returns>
    /// <exception cref="ArgumentException">A shape is wrong, a region's image is not there, or a corner is no number.</exception>
    public static Tensor RegionMaxPool(Tensor x, Tensor regions, int rows, int columns, double stride, double offset = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(regions);
        return RegionMaxPoolFunction.Apply(x, regions, new RegionGrid(rows, columns, 1 / stride, offset));
    }

    /// <summary>
    /// A tensor of independent draws: 1 with the given probability, else 0; Float32. On another device than the CPU they are drawn
    /// there, from a seed that the generator draws: its state decides them too. In a step of several ranks they are this rank's
    /// rows of the global batch's.
    /// </summary>
    public static Tensor Bernoulli(double probability, Generator generator, Device? device, params long[] shape) =>
        RankGroup.Draw(shape, device ?? CPU, draws => draws.bernoulli_(probability, SourceFor(generator, device)));

    /// <summary>A tensor of independent standard normal draws, Float32; drawn where <see cref="Bernoulli"/> draws.</summary>
    public static Tensor Normal(Generator generator, Device? device, params long[] shape) =>
        RankGroup.Draw(shape, device ?? CPU, draws => draws.normal_(0, 1, SourceFor(generator, device)));

    /// <summary>Inverted dropout: zeroes each element with the given probability and scales the rest up.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="rate">Probability, 0 to below 1; 0 gives x itself, as a second reference.</param>
    /// <param name="generator">Where the draws come from.</param>
    public static Tensor Dropout(Tensor x, double rate, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (rate == 0)
            return x.alias();
        using Tensor kept = Bernoulli(1 - rate, generator, x.device, x.shape);
        kept.DivideInPlace(1 - rate);
        using Tensor factors = kept.to(x.dtype);
        return x * factors;
    }

    // TorchSharp has generators for the CPU only; null is the device's own, whose state after seeding is known.
    private static Generator? SourceFor(Generator generator, Device? device)
    {
        if (device is null || device.type == DeviceType.CPU)
            return generator;
        using Tensor seed = empty([1], ScalarType.Int64);
        seed.random_(0, 1L << 48, generator);
        cuda.manual_seed_all(seed.item<long>());
        return null;
    }
}
