using System.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

/// <summary>
/// Max-pooling of regions as an operator of the graph. It runs on the CPU wherever its input is: detection is only evaluated
/// and fine-tuned with it, a few regions at a time.
/// </summary>
internal sealed class RegionMaxPoolFunction : autograd.SingleTensorFunction<RegionMaxPoolFunction>
{
    private const string Shape = "shape";
    private const float LargestCorner = 1e7f;

    /// <inheritdoc/>
    public override string Name => nameof(RegionMaxPoolFunction);

    /// <summary>Pools; see <see cref="Operations.RegionMaxPool"/>.</summary>
    public static Tensor Apply(Tensor x, Tensor regions, RegionGrid grid)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor here = x.cpu().contiguous(), corners = regions.detach().cpu().contiguous();
        if (here.dtype is not (ScalarType.Float32 or ScalarType.Float64))
            here = here.to(ScalarType.Float32);
        Check(here, corners, grid);
        return apply(here, corners, grid).to(x.dtype).to(x.device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, regions, grid) = ((Tensor)vars[0], (Tensor)vars[1], (RegionGrid)vars[2]);
        Tensor y = empty([regions.size(0), x.size(1), grid.Rows, grid.Columns], x.dtype),
        chosen = empty(y.shape, ScalarType.Int64);
        if (x.dtype == ScalarType.Float32)
            Forward<float>(x, regions, grid, y, chosen);
        else
            Forward<double>(x, regions, grid, y, chosen);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([regions, chosen]);
        ctx.save_data(Shape, x.shape);
        return y;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        if (grad_output.IsInvalid)
            return [null!, null!, null!];
        List<Tensor> saved = ctx.get_saved_variables();
        using Tensor given = grad_output, regions = saved[0], chosen = saved[1], dy = given.contiguous();
        Tensor dx = zeros((long[])ctx.get_data(Shape), dy.dtype);
        if (dy.dtype == ScalarType.Float32)
            Backward<float>(dy, regions, chosen, dx);
        else
            Backward<double>(dy, regions, chosen, dx);
        return [dx, null!, null!];
    }

    private static unsafe void Forward<T>(Tensor x, Tensor regions, RegionGrid grid, Tensor y, Tensor chosen) where T
        : unmanaged, INumber<T>
    {
        var kernel = new ForwardKernel<T>(
            TensorMemory.Pointer<T>(x), new Map((int)x.size(1), (int)x.size(2), (int)x.size(3)),
            TensorMemory.Pointer<float>(regions), grid,
            TensorMemory.Pointer<T>(y), TensorMemory.Pointer<long>(chosen));
        KernelThreads.For(regions.size(0), 1, kernel);
        GC.KeepAlive(x);
        GC.KeepAlive(regions);
    }

    private static unsafe void Backward<T>(Tensor dy, Tensor regions, Tensor chosen, Tensor dx) where T : unmanaged, INumber<T>
    {
        var kernel = new BackwardKernel<T>(
            TensorMemory.Pointer<T>(dy), new Map((int)dx.size(1), (int)dx.size(2), (int)dx.size(3)),
            (int)(dy.size(2) * dy.size(3)), TensorMemory.Pointer<float>(regions),
            (int)regions.size(0), TensorMemory.Pointer<long>(chosen), TensorMemory.Pointer<T>(dx));
        // Regions overlap, channels do not.
        KernelThreads.For(dx.size(1), 1, kernel);
        GC.KeepAlive(dy);
        GC.KeepAlive(regions);
        GC.KeepAlive(chosen);
    }

    private static void Check(Tensor x, Tensor regions, RegionGrid grid)
    {
        if (x.Dimensions != 4)
            throw new ArgumentException($"region pooling takes (B, C, H, W), not {TensorMemory.Describe(x)}");
        if (regions.Dimensions != 2 || regions.size(1) != 5 || regions.dtype != ScalarType.Float32)
            throw new ArgumentException($"region pooling takes (R, 5) floats as regions, not {TensorMemory.Describe(regions)}");
        if (grid.Rows < 1 || grid.Columns < 1 || !(grid.Scale > 0))
            throw new ArgumentException("region pooling needs a grid and a stride above 0");
        ReadOnlySpan<float> values = TensorMemory.Span<float>(regions);
        for (int n = 0; n < values.Length / 5; n++)
        {
            ReadOnlySpan<float> region = values.Slice(5 * n, 5);
            if (!(region[0] >= 0 && region[0] < x.size(0)))
                throw new ArgumentException($"region {n} belongs to image {region[0]} of {x.size(0)}");
            foreach (float corner in region[1..])
                if (!(Math.Abs(corner) < LargestCorner))
                    throw new ArgumentException($"region {n} has the corner {corner}");
        }
    }

    private readonly record struct Map(int Channels, int Height, int Width)
    {
        public int Plane => Height * Width;

        public int Image => Channels * Plane;
    }

    private readonly unsafe struct ForwardKernel<T>(T* x, Map map, float* regions, RegionGrid grid, T* y, long* chosen)
        : IRangeKernel
        where T : unmanaged, INumber<T>
    {
        public void Run(long begin, long end)
        {
            int length = map.Channels * grid.Bins;
            for (long n = begin; n < end; n++)
            {
                float* region = regions + 5 * n;
                RegionMaxPoolKernel.Forward(
                    new ReadOnlySpan<T>(x + (long)region[0] * map.Image, map.Image), map.Height, map.Width,
                    new ReadOnlySpan<float>(region + 1, 4), grid,
                    new Span<T>(y + n * length, length), new Span<long>(chosen + n * length, length));
            }
        }
    }

    private readonly unsafe struct BackwardKernel<T>(T* dy, Map map, int bins, float* regions, int count, long* chosen, T* dx)
        : IRangeKernel
        where T : unmanaged, INumber<T>
    {
        public void Run(long begin, long end)
        {
            for (long channel = begin; channel < end; channel++)
                for (long n = 0; n < count; n++)
                {
                    long at = (n * map.Channels + channel) * bins, plane = (long)regions[5 * n] * map.Image + channel * map.Plane;
                    RegionMaxPoolKernel.Backward(new ReadOnlySpan<T>(dy + at, bins), new ReadOnlySpan<long>(chosen + at, bins),
                        new Span<T>(dx + plane, map.Plane));
                }
        }
    }
}
