using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

// B images, C channels, H rows and W columns; H' and W' of the pooled maps.

/// <summary>
/// Bias, ReLU, max-pooling and local response normalisation with their gradients as one operator of the graph, in BFloat16 on a
/// processor. It keeps the pooled maps and where in its window each largest value was; the maps before them, which
/// are several times larger, are not written again for bias and ReLU.
/// </summary>
/// <remarks>
/// The same numbers as the operators one after the other (<see cref="Operations"/>), but that gradients of overlapping windows
/// are summed in Float32 before they are rounded. libtorch's BFloat16 max-pooling alone takes about as long as all of it;
/// in Float32 its operators are as fast.
/// </remarks>
internal sealed class PooledResponseFunction : autograd.SingleTensorFunction<PooledResponseFunction>
{
    // Elements worth a thread of their own.
    private const long Grain = 16384;
    private const string Shape = "shape", Inputs = "inputs";

    /// <inheritdoc/>
    public override string Name => nameof(PooledResponseFunction);

    /// <summary>Whether the kernels compute this for (B, C, H, W), a pooling window and a step between windows.</summary>
    public static bool Suits(Tensor x, int side, int stride, LocalResponseWindow window) =>
        side == PooledResponseShape.Side && stride == PooledResponseShape.Stride && x.device_type == DeviceType.CPU
        && x.dtype == ScalarType.BFloat16 && x.Dimensions == 4 && x.numel() > 0
        && window.Beta == LocalResponseRows.Exponent
        && x.size(1) >= BrainElements.Count && window.Rows(x.size(1)).Padded <= LocalResponseNormKernel.LongestRow;

    /// <summary>(B, C, H, W) to (B, C, H', W'), of the same type, channels-last.</summary>
    /// <param name="x">What a convolution gave, before its ReLU; <see cref="Suits"/>.</param>
    /// <param name="bias">(C), of the same type; null for none.</param>
    /// <param name="window">The normalisation.</param>
    public static Tensor Apply(Tensor x, Tensor? bias, LocalResponseWindow window)
    {
        ArgumentNullException.ThrowIfNull(x);
        using DisposeScope scope = NewDisposeScope();
        Tensor laid = x.ToChannelsLast();
        var shape = new PooledResponseShape((int)x.size(1), (int)x.size(2), (int)x.size(3), window.Rows(x.size(1)));
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

    private static unsafe (Tensor Y, Tensor Pooled, Tensor? Places) Forward(
        Tensor x, Tensor? bias, PooledResponseShape shape, bool recorded)
    {
        Tensor y = Maps(x, shape.Rows, shape.Columns, x.dtype), pooled = Maps(x, shape.Rows, shape.Columns, x.dtype);
        Tensor? places = recorded ? Maps(x, shape.Rows, shape.Columns, ScalarType.Int16) : null;
        KernelThreads.For(x.size(0) * shape.Rows, Math.Max(1, Grain / ((long)shape.Width * shape.Channels)),
            new ForwardKernel(shape, TensorMemory.Pointer<ushort>(x), bias is null ? null : TensorMemory.Pointer<ushort>(bias),
                TensorMemory.Pointer<ushort>(pooled), places is null ? null : (ushort*)TensorMemory.Pointer<short>(places),
                TensorMemory.Pointer<ushort>(y)));
        GC.KeepAlive(x);
        GC.KeepAlive(bias);
        return (y, pooled, places);
    }

    // Writes the gradient of the pooled maps, and gives that of the maps.
    private static unsafe Tensor Backward(Tensor dy, Tensor pooled, Tensor places, Tensor gradient, PooledResponseShape shape)
    {
        Tensor dx = Maps(pooled, shape.Height, shape.Width, pooled.dtype);
        KernelThreads.For(pooled.size(0), Math.Max(1, Grain / ((long)shape.Height * shape.Width * shape.Channels)),
            new BackwardKernel(shape, TensorMemory.Pointer<ushort>(dy), TensorMemory.Pointer<ushort>(pooled),
                (ushort*)TensorMemory.Pointer<short>(places), TensorMemory.Pointer<ushort>(gradient),
                TensorMemory.Pointer<ushort>(dx)));
        GC.KeepAlive(dy);
        GC.KeepAlive(pooled);
        GC.KeepAlive(places);
        GC.KeepAlive(gradient);
        return dx;
    }

    // (B, C, rows, columns), channels-last.
    private static Tensor Maps(Tensor of, long rows, long columns, ScalarType type)
    {
        using Tensor laid = empty([of.size(0), rows, columns, of.size(1)], type);
        return laid.permute(0, 3, 1, 2);
    }

    private readonly unsafe struct ForwardKernel(
        PooledResponseShape shape, ushort* x, ushort* bias, ushort* pooled, ushort* places, ushort* y) : IRangeKernel
    {
        public void Run(long begin, long end) =>
            PooledResponseKernel.Forward(x, bias, (nint)begin, (nint)end, pooled, places, y, shape);
    }

    // An image at a time: what the first pass writes is still near when the second one reads it.
    private readonly unsafe struct BackwardKernel(
        PooledResponseShape shape, ushort* dy, ushort* pooled, ushort* places, ushort* gradient, ushort* dx) : IRangeKernel
    {
        public void Run(long begin, long end)
        {
            nint length = (nint)shape.Width * shape.Channels, image = (nint)shape.Rows * shape.Columns * shape.Channels;
            for (nint i = (nint)begin; i < end; i++)
            {
                nint at = i * image;
                PooledResponseKernel.BackwardNorm(dy + at, pooled + at, gradient + at, image, shape);
                for (int row = 0; row < shape.Height; row++)
                    PooledResponseKernel.BackwardPool(
                        gradient + at, places + at, row, dx + (i * shape.Height + row) * length, shape);
            }
        }
    }
}
