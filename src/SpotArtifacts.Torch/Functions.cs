namespace SpotArtifacts.Torch;

// B batch, C channels, H rows, W columns.

/// <summary>The operations networks are made of.</summary>
public static class Functions
{
    private static readonly Operator s_convolution = Operator.Find("aten::convolution");
    private static readonly Operator s_pad = Operator.Find("aten::constant_pad_nd");
    private static readonly Operator s_batchNorm = Operator.Find("aten::batch_norm");
    private static readonly Operator s_maxPool = Operator.Find("aten::max_pool2d");
    private static readonly Operator s_averagePool = Operator.Find("aten::avg_pool2d");
    private static readonly Operator s_adaptiveAveragePool = Operator.Find("aten::adaptive_avg_pool2d");
    private static readonly Operator s_bilinear = Operator.Find("aten::upsample_bilinear2d");
    private static readonly Operator s_nearest = Operator.Find("aten::upsample_nearest2d");
    private static readonly Operator s_leakyRelu = Operator.Find("aten::leaky_relu");
    private static readonly Operator s_relu = Operator.Find("aten::relu");
    private static readonly Operator s_tanh = Operator.Find("aten::tanh");
    private static readonly Operator s_sigmoid = Operator.Find("aten::sigmoid");
    private static readonly Operator s_logSoftmax = Operator.Find("aten::log_softmax", "int");
    private static readonly Operator s_softmax = Operator.Find("aten::softmax", "int");
    private static readonly Operator s_negativeLogLikelihood = Operator.Find("aten::nll_loss");
    private static readonly Operator s_crossEntropyWithLogits = Operator.Find("aten::binary_cross_entropy_with_logits");
    private static readonly Operator s_localResponseNorm = Operator.Find("spot::local_response_norm");
    private static readonly Operator s_regionMaxPool = Operator.Find("spot::roi_max_pool");
    private static readonly Operator s_empty = Operator.Find("aten::empty", "memory_format");
    private static readonly Operator s_bernoulli = Operator.Find("aten::bernoulli_", "float");
    private static readonly Operator s_normal = Operator.Find("aten::normal_");
    private static readonly Operator s_addProduct = Operator.Find("aten::addcmul");
    private static readonly Operator s_permutation = Operator.Find("aten::randperm", "generator");
    private static readonly Operator s_patches = Operator.Find("aten::im2col");
    private static readonly Operator s_linear = Operator.Find("aten::linear");

    /// <summary>2-D convolution with equal padding on opposite sides.</summary>
    /// <param name="x">(B, C, H, W).</param>
    /// <param name="weight">(out, C / groups, kh, kw).</param>
    /// <param name="bias">(out), or null.</param>
    /// <param name="stride">Step between windows.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="groups">Columns that do not see each other.</param>
    public static Tensor Convolution(Tensor x, Tensor weight, Tensor? bias, int stride = 1, int padding = 0, int groups = 1) =>
        s_convolution.Call(x, weight, bias, new long[] { stride, stride }, new long[] { padding, padding }, new long[] { 1, 1 }, false, new long[] { 0, 0 }, groups);

    /// <summary>Pads the last two dimensions with a value.</summary>
    public static Tensor Pad(Tensor x, int left, int right, int top, int bottom, double value = 0) =>
        s_pad.Call(x, new long[] { left, right, top, bottom }, value);

    /// <summary>Batch normalisation over (B, H, W); in training it uses the batch's statistics and updates the running ones in place.</summary>
    /// <param name="x">(B, C, H, W).</param>
    /// <param name="scale">Gamma (C), or null for none.</param>
    /// <param name="shift">Beta (C), or null for none.</param>
    /// <param name="runningMean">(C).</param>
    /// <param name="runningVariance">(C).</param>
    /// <param name="training">Batch statistics instead of running ones.</param>
    /// <param name="momentum">Weight of the new batch in the running statistics.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static Tensor BatchNorm(
        Tensor x, Tensor? scale, Tensor? shift, Tensor runningMean, Tensor runningVariance, bool training, double momentum, double epsilon) =>
        s_batchNorm.Call(x, scale, shift, runningMean, runningVariance, training, momentum, epsilon, true);

    /// <summary>Max-pooling with TensorFlow's SAME padding (by minus infinity, the odd pixel at bottom and right).</summary>
    public static Tensor MaxPoolSame(Tensor x, int kernel, int stride)
    {
        SamePadding rows = SamePadding.Of((int)x.Shape[2], kernel, stride), columns = SamePadding.Of((int)x.Shape[3], kernel, stride);
        if (rows.IsSymmetric && columns.IsSymmetric)
            return s_maxPool.Call(x, new long[] { kernel, kernel }, new long[] { stride, stride }, new long[] { rows.Before, columns.Before });
        // One odd pixel at the far end is what ceil_mode adds, without a padded copy.
        if (rows is { Before: 0, After: <= 1 } && columns is { Before: 0, After: <= 1 })
            return s_maxPool.Call(x, new long[] { kernel, kernel }, new long[] { stride, stride }, new long[] { 0, 0 }, new long[] { 1, 1 }, true);
        using Tensor padded = Pad(x, columns.Before, columns.After, rows.Before, rows.After, double.NegativeInfinity);
        return s_maxPool.Call(padded, new long[] { kernel, kernel }, new long[] { stride, stride });
    }

    /// <summary>Mean over an odd window, stride 1; border windows divide by the number of entries inside the grid.</summary>
    public static Tensor NeighborhoodMean(Tensor x, int window) =>
        s_averagePool.Call(x, new long[] { window, window }, new long[] { 1, 1 }, new long[] { window / 2, window / 2 }, false, false);

    /// <summary>Mean over windows that divide the grid into rows x columns.</summary>
    public static Tensor AdaptiveAveragePool(Tensor x, int rows, int columns) => s_adaptiveAveragePool.Call(x, new long[] { rows, columns });

    /// <summary>Bilinear enlargement with half-pixel centres (align_corners = false).</summary>
    public static Tensor UpsampleBilinear(Tensor x, int factor) =>
        s_bilinear.Call(x, new long[] { x.Shape[2] * factor, x.Shape[3] * factor }, false);

    /// <summary>Nearest-neighbour resize to rows x columns.</summary>
    public static Tensor UpsampleNearest(Tensor x, long rows, long columns) => s_nearest.Call(x, new long[] { rows, columns });

    /// <summary>x + a * b, with broadcasting.</summary>
    public static Tensor AddProduct(Tensor x, Tensor a, Tensor b) => s_addProduct.Call(x, a, b);

    /// <summary>Windows around each entry, zeros beyond the border: (B, C, H, W) to (B, C * window * window, H * W).</summary>
    public static Tensor Patches(Tensor x, int window) =>
        s_patches.Call(x, new long[] { window, window }, new long[] { 1, 1 }, new long[] { window / 2, window / 2 }, new long[] { 1, 1 });

    /// <summary>max(x, slope * x).</summary>
    public static Tensor LeakyRelu(Tensor x, double slope) => s_leakyRelu.Call(x, slope);

    /// <summary>max(x, 0).</summary>
    public static Tensor Relu(Tensor x) => s_relu.Call(x);

    /// <summary>Hyperbolic tangent.</summary>
    public static Tensor Tanh(Tensor x) => s_tanh.Call(x);

    /// <summary>Logistic function.</summary>
    public static Tensor Sigmoid(Tensor x) => s_sigmoid.Call(x);

    /// <summary>Softmax over the last dimension.</summary>
    public static Tensor Softmax(Tensor logits) => s_softmax.Call(logits, -1);

    /// <summary>Affine map of the last dimension: x (B, in), weight (out, in), bias (out) or null.</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias) => s_linear.Call(x, weight, bias);

    /// <summary>Mean softmax cross-entropy of logits (B, classes) against labels (B), Int64.</summary>
    public static Tensor SoftmaxCrossEntropy(Tensor logits, Tensor labels)
    {
        using Tensor logProbabilities = s_logSoftmax.Call(logits, -1);
        return s_negativeLogLikelihood.Call(logProbabilities, labels);
    }

    /// <summary>Mean binary cross-entropy of logits against targets in [0, 1] of the same shape.</summary>
    public static Tensor BinaryCrossEntropy(Tensor logits, Tensor targets) => s_crossEntropyWithLogits.Call(logits, targets);

    /// <summary>AlexNet's local response normalisation: x / (k + alpha * sum of squares over <paramref name="size"/> channels)^beta.</summary>
    /// <remarks><paramref name="alpha"/> is TensorFlow's; libtorch's own operator divides it by the window.</remarks>
    public static Tensor LocalResponseNorm(Tensor x, int size, double alpha, double beta, double k) =>
        s_localResponseNorm.Call(x, size, alpha, beta, k);

    /// <summary>Max-pooling of regions to a fixed grid, quantised as in Fast R-CNN's Caffe layer (rbgirshick/caffe-fast-rcnn ROIPooling).</summary>
    /// <param name="x">(B, C, H, W).</param>
    /// <param name="regions">(R, 5): image 0 to B - 1, and x1, y1, x2, y2 in input pixels, both ends inside; takes no gradient.</param>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="columns">Columns of the result.</param>
    /// <param name="stride">Input pixels from one cell of x to the next.</param>
    /// <param name="offset">Input pixel at the centre of x's first cell.</param>
    /// <returns>(R, C, rows, columns).</returns>
    public static Tensor RegionMaxPool(Tensor x, Tensor regions, int rows, int columns, double stride, double offset = 0) =>
        s_regionMaxPool.Call(x, regions, rows, columns, 1 / stride, offset);

    /// <summary>A tensor of independent draws: 1 with the given probability, else 0.</summary>
    public static Tensor Bernoulli(double probability, RandomGenerator generator, string device, params long[] shape)
    {
        Tensor draws = Empty(device, shape);
        s_bernoulli.Run(draws, probability, generator);
        return draws;
    }

    /// <summary>A tensor of independent standard normal draws.</summary>
    public static Tensor Normal(RandomGenerator generator, string device, params long[] shape)
    {
        Tensor draws = Empty(device, shape);
        s_normal.Run(draws, 0.0, 1.0, generator);
        return draws;
    }

    /// <summary>The numbers 0 to count - 1 in random order, as Int64 on the CPU.</summary>
    public static Tensor Permutation(long count, RandomGenerator generator) => s_permutation.Call(count, generator, ElementType.Int64);

    /// <summary>Inverted dropout: zeroes each element with the given probability and scales the rest up.</summary>
    public static Tensor Dropout(Tensor x, double rate, RandomGenerator generator)
    {
        if (rate == 0) return x.Alias();
        using Tensor kept = Bernoulli(1 - rate, generator, x.Device, [.. x.Shape]);
        using Tensor factors = kept / (1 - rate);
        return x * factors;
    }

    private static Tensor Empty(string device, long[] shape) => s_empty.Call(shape, ElementType.Float32, Value.None, device);
}
