using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

// B images, C channels, H rows and W columns; H' and W' of the pooled maps.

/// <summary>
/// Bias, ReLU, max-pooling and local response normalisation with their gradients as one operator of the graph, in Float32 or
/// BFloat16 on a processor. It keeps the pooled maps and where in its window each largest value was; the maps before them, which
/// are several times larger, are not written again for bias and ReLU.
/// </summary>
/// <remarks>
/// The same numbers as the operators one after the other (<see cref="Operations"/>), but that gradients of overlapping windows
/// are summed in Float32 before they are rounded. libtorch's BFloat16 max-pooling alone takes longer than all of it.
/// </remarks>
internal sealed class PooledResponseFunction : autograd.SingleTensorFunction<PooledResponseFunction>
{
    // Elements worth a thread of their own.
    private const long Grain = 16384;
    private const string Shape = "shape", Inputs = "inputs";

    /// <inheritdoc/>
    public override string Name => nameof(PooledResponseFunction);

    /// <summary>Whether the kernels compute this for a tensor (B, C, H, W).</summary>
    public static bool Suits(Tensor x, LocalResponseWindow window) => x.device_type == DeviceType.CPU
        && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && x.Dimensions == 4 && x.numel() > 0
        && window.Beta == LocalResponseRows.Exponent
        && x.size(1) >= IRowElement<float>.Count && window.Rows(x.size(1)).Padded <= LocalResponseNormKernel.LongestRow;

    /// <summary>(B, C, H, W) to (B, C, H', W'), of the same type, channels-last.</summary>
    /// <param name="x">What a convolution gave, before its ReLU; <see cref="Suits"/>.</param>
    /// <param name="bias">(C), of the same type; null for none.</param>
    /// <param name="side">Side of the pooling window.</param>
    /// <param name="stride">Step between pooling windows, at most the side; SAME padding.</param>
    /// <param name="window">The normalisation.</param>
    public static Tensor Apply(Tensor x, Tensor? bias, int side, int stride, LocalResponseWindow window)
    {
        ArgumentNullException.ThrowIfNull(x);
        using DisposeScope scope = NewDisposeScope();
        Tensor laid = x.ToChannelsLast();
        var shape = new PooledResponseShape(
            (int)x.size(1), (int)x.size(2), (int)x.size(3), side, stride, window.Rows(x.size(1)));
        bool recorded = is_grad_enabled() && (laid.requires_grad || bias is { requires_grad: true });
        Tensor y = !recorded ? Forward(laid, bias, shape, recorded).Y
            : bias is null ? apply(laid, shape) : apply(laid, shape, bias);
        return y.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, shape) = ((Tensor)vars[0], (PooledResponseShape)vars[1]);
        Tensor? bias = vars.Length > 2 ? (Tensor)vars[2] : null;
        (Tensor y, Tensor pooled, Tensor? places) = Forward(x, bias, shape, recorded: true);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([pooled, places!]);
        ctx.save_data(Shape, shape);
        ctx.save_data(Inputs, vars.Length);
        return y;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        bool biased = (int)ctx.get_data(Inputs) > 2;
        if (grad_output.IsInvalid)
            return biased ? [null!, null!, null!] : [null!, null!];
        List<Tensor> saved = ctx.get_saved_variables();
        using Tensor given = grad_output, pooled = saved[0], places = saved[1];
        Tensor dy = TensorMemory.ToChannelsLast(given);
        try
        {
            using Tensor gradient = empty_like(pooled, requires_grad: false);
            Tensor dx = Backward(dy, pooled, places, gradient, (PooledResponseShape)ctx.get_data(Shape));
            return biased ? [dx, null!, gradient.sum([0, 2, 3])] : [dx, null!];
        }
        finally
        {
            if (!ReferenceEquals(dy, given))
                dy.Dispose();
        }
    }

    private static (Tensor Y, Tensor Pooled, Tensor? Places) Forward(
        Tensor x, Tensor? bias, PooledResponseShape shape, bool recorded)
    {
        Tensor y = Maps(x, shape.Rows, shape.Columns, x.dtype), pooled = Maps(x, shape.Rows, shape.Columns, x.dtype);
        Tensor? places = recorded ? Maps(x, shape.Rows, shape.Columns, ScalarType.Int16) : null;
        if (x.dtype == ScalarType.Float32)
            Forward<float, SingleElement>(x, bias, pooled, places, y, shape);
        else
            Forward<ushort, BrainElement>(x, bias, pooled, places, y, shape);
        return (y, pooled, places);
    }

    private static unsafe void Forward<T, TElement>(Tensor x, Tensor? bias, Tensor pooled, Tensor? places, Tensor y,
        PooledResponseShape shape) where T : unmanaged where TElement : IRowElement<T>
    {
        KernelThreads.For(x.size(0) * shape.Rows, Math.Max(1, Grain / ((long)shape.Width * shape.Channels)),
            new ForwardKernel<T, TElement>(shape, TensorMemory.Pointer<T>(x), bias is null ? null : TensorMemory.Pointer<T>(bias),
                TensorMemory.Pointer<T>(pooled), places is null ? null : (ushort*)TensorMemory.Pointer<short>(places),
                TensorMemory.Pointer<T>(y)));
        GC.KeepAlive(x);
        GC.KeepAlive(bias);
    }

    // Writes the gradient of the pooled maps, and gives that of the maps.
    private static Tensor Backward(Tensor dy, Tensor pooled, Tensor places, Tensor gradient, PooledResponseShape shape)
    {
        Tensor dx = Maps(pooled, shape.Height, shape.Width, pooled.dtype);
        if (pooled.dtype == ScalarType.Float32)
            Backward<float, SingleElement>(dy, pooled, places, gradient, dx, shape);
        else
            Backward<ushort, BrainElement>(dy, pooled, places, gradient, dx, shape);
        return dx;
    }

    private static unsafe void Backward<T, TElement>(Tensor dy, Tensor pooled, Tensor places, Tensor gradient, Tensor dx,
        PooledResponseShape shape) where T : unmanaged where TElement : IRowElement<T>
    {
        long images = pooled.size(0), grain = Math.Max(1, Grain / ((long)shape.Width * shape.Channels));
        T* found = TensorMemory.Pointer<T>(gradient);
        KernelThreads.For(images * shape.Rows, grain, new NormKernel<T, TElement>(
            shape, TensorMemory.Pointer<T>(dy), TensorMemory.Pointer<T>(pooled), found));
        KernelThreads.For(images * shape.Height, grain, new PoolKernel<T, TElement>(
            shape, found, (ushort*)TensorMemory.Pointer<short>(places), TensorMemory.Pointer<T>(dx)));
        GC.KeepAlive(dy);
        GC.KeepAlive(pooled);
        GC.KeepAlive(places);
        GC.KeepAlive(gradient);
    }

    // (B, C, rows, columns), channels-last.
    private static Tensor Maps(Tensor of, long rows, long columns, ScalarType type)
    {
        using Tensor laid = empty([of.size(0), rows, columns, of.size(1)], type);
        return laid.permute(0, 3, 1, 2);
    }

    private readonly unsafe struct ForwardKernel<T, TElement>(
        PooledResponseShape shape, T* x, T* bias, T* pooled, ushort* places, T* y) : IRangeKernel
        where T : unmanaged where TElement : IRowElement<T>
    {
        public void Run(long begin, long end)
        {
            nint image = (nint)shape.Height * shape.Width * shape.Channels, row = (nint)shape.Columns * shape.Channels;
            for (nint i = (nint)begin; i < end; i++)
                PooledResponseKernel<T, TElement>.Forward(x + i / shape.Rows * image, bias, (int)(i % shape.Rows),
                    pooled + i * row, places is null ? null : places + i * row, y + i * row, shape);
        }
    }

    private readonly unsafe struct NormKernel<T, TElement>(PooledResponseShape shape, T* dy, T* pooled, T* gradient)
        : IRangeKernel where T : unmanaged where TElement : IRowElement<T>
    {
        public void Run(long begin, long end)
        {
            nint row = (nint)shape.Columns * shape.Channels;
            for (nint at = (nint)begin * row; at < (nint)end * row; at += row)
                PooledResponseKernel<T, TElement>.BackwardNorm(dy + at, pooled + at, gradient + at, shape);
        }
    }

    private readonly unsafe struct PoolKernel<T, TElement>(PooledResponseShape shape, T* gradient, ushort* places, T* dx)
        : IRangeKernel where T : unmanaged where TElement : IRowElement<T>
    {
        public void Run(long begin, long end)
        {
            nint image = (nint)shape.Rows * shape.Columns * shape.Channels, row = (nint)shape.Width * shape.Channels;
            for (nint i = (nint)begin; i < end; i++)
                PooledResponseKernel<T, TElement>.BackwardPool(gradient + i / shape.Height * image,
                    places + i / shape.Height * image, (int)(i % shape.Height), dx + i * row, shape);
        }
    }
}
