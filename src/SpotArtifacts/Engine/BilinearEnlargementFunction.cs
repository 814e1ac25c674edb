using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

/// <summary>Twofold bilinear enlargement with its gradient as one operator of the graph, in Float32 on a processor.</summary>
internal sealed class BilinearEnlargementFunction : autograd.SingleTensorFunction<BilinearEnlargementFunction>
{
    // Elements worth a thread of their own.
    private const long Grain = 16384;

    /// <inheritdoc/>
    public override string Name => nameof(BilinearEnlargementFunction);

    /// <summary>Whether the kernel computes this.</summary>
    public static bool Suits(Tensor x, int factor) =>
        factor == 2 && x.Dimensions == 4 && x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32 && x.numel() > 0;

    /// <summary>(B, C, H, W) to (B, C, 2H, 2W), channels-last.</summary>
    public static Tensor Apply(Tensor x)
    {
        Tensor laid = x.ToChannelsLast();
        try
        {
            return laid.requires_grad && is_grad_enabled() ? apply(laid) : Forward(laid);
        }
        finally
        {
            if (!ReferenceEquals(laid, x))
                laid.Dispose();
        }
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => Forward((Tensor)vars[0]);

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using Tensor given = grad_output;
        Tensor dy = given.ToChannelsLast();
        try
        {
            return [Backward(dy)];
        }
        finally
        {
            if (!ReferenceEquals(dy, given))
                dy.Dispose();
        }
    }

    private static unsafe Tensor Forward(Tensor x)
    {
        MapSize map = new((int)x.size(2), (int)x.size(3), (int)x.size(1));
        Tensor y = Empty(x.size(0), 2 * map.Rows, 2 * map.Columns, map.Channels);
        Run(new Kernel(TensorMemory.Pointer<float>(x), TensorMemory.Pointer<float>(y), map, backward: false), x.size(0), map);
        GC.KeepAlive(x);
        return y;
    }

    private static unsafe Tensor Backward(Tensor dy)
    {
        MapSize map = new((int)dy.size(2) / 2, (int)dy.size(3) / 2, (int)dy.size(1));
        Tensor dx = Empty(dy.size(0), map.Rows, map.Columns, map.Channels);
        Run(new Kernel(TensorMemory.Pointer<float>(dy), TensorMemory.Pointer<float>(dx), map, backward: true), dy.size(0), map);
        GC.KeepAlive(dy);
        return dx;
    }

    private static void Run(Kernel kernel, long images, MapSize map) =>
        KernelThreads.For(images * map.Rows, Math.Max(1, Grain / (4 * map.Row)), kernel);

    private static Tensor Empty(long images, int rows, int columns, int channels)
    {
        using Tensor positions = empty([images, rows, columns, channels], ScalarType.Float32);
        return positions.permute(0, 3, 1, 2);
    }

    private readonly unsafe struct Kernel(float* from, float* to, MapSize map, bool backward) : IRangeKernel
    {
        public void Run(long begin, long end)
        {
            long small = (long)map.Rows * map.Row;
            for (long at = begin; at < end; at++)
            {
                (long image, long row) = Math.DivRem(at, map.Rows);
                if (backward)
                    BilinearEnlargementKernel.Backward(from + (image * 4 * small), (int)row, map, to + (image * small));
                else
                    BilinearEnlargementKernel.Forward(from + (image * small), (int)row, map, to + (image * 4 * small));
            }
        }
    }
}
