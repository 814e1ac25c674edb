using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

/// <summary>Constants of a local response normalisation.</summary>
/// <param name="Size">Channels in the window, odd.</param>
/// <param name="Alpha">Factor of the sum of squares.</param>
/// <param name="Beta">Exponent.</param>
/// <param name="K">Added to the sum.</param>
internal sealed record LocalResponseWindow(int Size, double Alpha, double Beta, double K)
{
    /// <summary>The same for the kernels.</summary>
    public LocalResponseRows Rows(long channels) => new((int)channels, Size / 2, (float)Alpha, (float)K);

    /// <summary>Whether the kernels compute this for a tensor.</summary>
    public bool HasKernel(Tensor x) => Beta == LocalResponseRows.Exponent && x.device_type == DeviceType.CPU
        && x.dtype == ScalarType.Float32
        && Rows(x.size(1)).Padded <= LocalResponseNormKernel.LongestRow;
}

/// <summary>
/// Local response normalisation with its gradient as one operator of the graph. It keeps the input alone: on a processor the
/// rest is recomputed faster than it is read back. libtorch's own version goes through a 3-D average pool and pow(), and keeps
/// every intermediate result.
/// </summary>
internal sealed class LocalResponseNormFunction : autograd.SingleTensorFunction<LocalResponseNormFunction>
{
    // Elements worth a thread of their own.
    private const long Grain = 16384;
    private const string Window = "window";

    /// <inheritdoc/>
    public override string Name => nameof(LocalResponseNormFunction);

    /// <summary>Normalises in the way that suits the input's device, type and layout.</summary>
    /// <exception cref="ArgumentException">x does not have four dimensions, or the window is not odd.</exception>
    public static Tensor Apply(Tensor x, LocalResponseWindow window)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Dimensions != 4)
            throw new ArgumentException($"local response normalisation takes (B, C, H, W), not {TensorMemory.Describe(x)}");
        if (window.Size < 1 || window.Size % 2 == 0)
            throw new ArgumentException($"local response normalisation takes an odd window, not {window.Size}");
        using DisposeScope scope = NewDisposeScope();
        if (x.numel() == 0)
            return x.clone().MoveToOuterDisposeScope();
        // The sum of squares needs more than half precision has.
        Tensor wide = x.dtype is ScalarType.Float16 or ScalarType.BFloat16 ? x.to(ScalarType.Float32) : x;
        Tensor y = window.HasKernel(wide) ? Fused(TensorMemory.ToChannelsLast(wide), window) : Composed(wide, window);
        return (y.dtype == x.dtype ? y : y.to(x.dtype)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, window) = ((Tensor)vars[0], (LocalResponseWindow)vars[1]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([x]);
        ctx.save_data(Window, window);
        return Forward(x, window);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        if (grad_output.IsInvalid)
            return [null!, null!];
        using Tensor given = grad_output, x = ctx.get_saved_variables()[0];
        Tensor dy = TensorMemory.ToChannelsLast(given);
        try
        {
            return [Backward(dy, x, (LocalResponseWindow)ctx.get_data(Window)), null!];
        }
        finally
        {
            if (!ReferenceEquals(dy, given))
                dy.Dispose();
        }
    }

    // Without a graph there is nothing to record, and a node costs several times what a small tensor does.
    private static Tensor Fused(Tensor x, LocalResponseWindow window) =>
        x.requires_grad && is_grad_enabled() ? apply(x, window) : Forward(x, window);

    private static unsafe Tensor Forward(Tensor x, LocalResponseWindow window)
    {
        Tensor y = empty_like(x, requires_grad: false);
        var kernel = new ForwardKernel(window.Rows(x.size(1)), TensorMemory.Pointer<float>(x), TensorMemory.Pointer<float>(y));
        KernelThreads.For(x.numel() / x.size(1), Math.Max(1, Grain / x.size(1)), kernel);
        GC.KeepAlive(x);
        return y;
    }

    private static unsafe Tensor Backward(Tensor dy, Tensor x, LocalResponseWindow window)
    {
        Tensor dx = empty_like(x, requires_grad: false);
        var kernel = new BackwardKernel(
            window.Rows(x.size(1)), TensorMemory.Pointer<float>(dy), TensorMemory.Pointer<float>(x),
            TensorMemory.Pointer<float>(dx));
        KernelThreads.For(x.numel() / x.size(1), Math.Max(1, Grain / x.size(1)), kernel);
        GC.KeepAlive(dy);
        GC.KeepAlive(x);
        return dx;
    }

    // Any device and type; the gradient is the operators' own. The channels of each position lie side by side, so that the sum
    // over a window of them is one pooling over rows.
    private static Tensor Composed(Tensor x, LocalResponseWindow window)
    {
        Tensor rows = x.ToChannelsLast().permute(0, 2, 3, 1).reshape(1, -1, x.size(1));
        Tensor mean = nn.functional.avg_pool1d(rows.Squared(), window.Size, stride: 1, padding: window.Size / 2,
            count_include_pad: true);
        Tensor y = rows * mean.Times(window.Alpha * window.Size).Plus(window.K).Power(-window.Beta);
        return y.reshape(x.size(0), x.size(2), x.size(3), x.size(1)).permute(0, 3, 1, 2);
    }

    private readonly unsafe struct ForwardKernel(LocalResponseRows rows, float* x, float* y) : IRangeKernel
    {
        public void Run(long begin, long end)
        {
            long at = begin * rows.Channels;
            int length = checked((int)((end - begin) * rows.Channels));
            LocalResponseNormKernel.Forward(new ReadOnlySpan<float>(x + at, length), new Span<float>(y + at, length), rows);
        }
    }

    private readonly unsafe struct BackwardKernel(LocalResponseRows rows, float* dy, float* x, float* dx) : IRangeKernel
    {
        public void Run(long begin, long end)
        {
            long at = begin * rows.Channels;
            int length = checked((int)((end - begin) * rows.Channels));
            LocalResponseNormKernel.Backward(
                new ReadOnlySpan<float>(dy + at, length), new ReadOnlySpan<float>(x + at, length),
                new Span<float>(dx + at, length), rows);
        }
    }
}
