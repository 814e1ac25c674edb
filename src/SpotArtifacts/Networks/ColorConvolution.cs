using System.Runtime.Intrinsics.X86;
using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Networks;

/// <summary>
/// The decoder's last convolution, to three colours, with its gradients as one operator of the graph.
/// </summary>
internal sealed class ColorConvolution : autograd.SingleTensorFunction<ColorConvolution>
{
    // Pixels worth a thread of their own.
    private const long Grain = 1024;
    // The gradient of the weights is summed in as many parts whatever the threads are, so that it does not depend on them.
    private const int Parts = 16;

    /// <inheritdoc/>
    public override string Name => nameof(ColorConvolution);

    /// <summary>Whether this is for a convolution of x.</summary>
    public static bool Suits(Tensor x, Tensor weight, Tensor? bias, ConvolutionShape shape) =>
        Avx512F.IsSupported && bias is not null && HasShape(shape) && x.size(3) % ColorConvolutionKernel.Together == 0
        && x.numel() > 0 && TensorMemory.IsPlain(x) && TensorMemory.IsPlain(weight) && TensorMemory.IsChannelsLast(weight);

    /// <summary>(B, C, H, W) to (B, 3, H, W), both channels-last.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor bias) =>
        is_grad_enabled() && (x.requires_grad || weight.requires_grad)
            ? apply(x, weight, bias, x.requires_grad, weight.requires_grad) : Forward(x, weight, bias);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, bias) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        ctx.save_for_backward([x, weight]);
        ctx.save_data(nameof(Wanted), new Wanted((bool)vars[3], (bool)vars[4]));
        return Forward(x, weight, bias);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using Tensor given = grad_output;
        List<Tensor> saved = ctx.get_saved_variables();
        using Tensor x = saved[0], weight = saved[1];
        var wanted = (Wanted)ctx.get_data(nameof(Wanted));
        Tensor dy = given.ToChannelsLast();
        try
        {
            Tensor? dx = wanted.Input ? InputGradient(dy, weight, x) : null, dw = null, db = null;
            if (wanted.Weights)
                (dw, db) = WeightGradient(dy, x);
            return [dx!, dw!, db!, null!, null!];
        }
        finally
        {
            if (!ReferenceEquals(dy, given))
                dy.Dispose();
        }
    }

    private static bool HasShape(ConvolutionShape shape) =>
        shape is { Outputs: ColorConvolutionKernel.Outputs, Kernel: 3, Stride: 1, Groups: 1 }
        && (shape.Padding == 1 || shape.Same) && shape.Inputs % ColorConvolutionKernel.Lanes == 0;

    private static unsafe Tensor Forward(Tensor x, Tensor weight, Tensor bias)
    {
        MapSize map = MapOf(x);
        using Tensor positions = empty([x.size(0), map.Rows, map.Columns, ColorConvolutionKernel.Outputs], ScalarType.Float32);
        using Tensor zeros = TensorData.Full(0, null, map.Channels);
        var kernel = new ForwardKernel(TensorMemory.Pointer<float>(x), map, TensorMemory.Pointer<float>(weight),
            TensorMemory.Pointer<float>(bias), TensorMemory.Pointer<float>(zeros), TensorMemory.Pointer<float>(positions));
        KernelThreads.For(x.size(0) * map.Rows, Math.Max(1, Grain / map.Columns), kernel);
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        return positions.permute(0, 3, 1, 2);
    }

    private static unsafe Tensor InputGradient(Tensor dy, Tensor weight, Tensor x)
    {
        MapSize map = MapOf(x);
        using Tensor positions = empty([x.size(0), map.Rows, map.Columns, map.Channels], ScalarType.Float32);
        KernelThreads.For(x.size(0) * map.Rows, Math.Max(1, Grain / map.Columns), new InputKernel(TensorMemory.Pointer<float>(dy),
            map, TensorMemory.Pointer<float>(weight), TensorMemory.Pointer<float>(positions)));
        GC.KeepAlive(dy);
        GC.KeepAlive(weight);
        return positions.permute(0, 3, 1, 2);
    }

    private static unsafe (Tensor Weight, Tensor Bias) WeightGradient(Tensor dy, Tensor x)
    {
        MapSize map = MapOf(x);
        long images = x.size(0), weights = ColorConvolutionKernel.Outputs * 9L * map.Channels;
        long parts = Math.Min(Parts, images);
        using Tensor sums = TensorData.Full(0, null, parts, weights + ColorConvolutionKernel.Outputs);
        KernelThreads.For(parts, 1, new WeightKernel(TensorMemory.Pointer<float>(x), TensorMemory.Pointer<float>(dy), map,
            images, parts, TensorMemory.Pointer<float>(sums)));
        GC.KeepAlive(x);
        GC.KeepAlive(dy);
        using Tensor sum = sums.sum([0]), rows = sum.narrow(0, 0, weights), last = sum.narrow(0, weights, 3);
        using Tensor positions = rows.view(ColorConvolutionKernel.Outputs, 3, 3, map.Channels);
        return (positions.permute(0, 3, 1, 2), last.alias());
    }

    private static MapSize MapOf(Tensor x) => new((int)x.size(2), (int)x.size(3), (int)x.size(1));

    private sealed record Wanted(bool Input, bool Weights);

    private readonly unsafe struct ForwardKernel(float* x, MapSize map, float* weight, float* bias, float* zeros, float* y)
        : IRangeKernel
    {
        public void Run(long begin, long end)
        {
            for (long at = begin; at < end; at++)
            {
                (long image, long row) = Math.DivRem(at, map.Rows);
                ColorConvolutionKernel.Forward(x + (image * map.Rows * map.Row), (int)row, map, weight, bias, zeros,
                    y + (at * map.Columns * ColorConvolutionKernel.Outputs));
            }
        }
    }

    private readonly unsafe struct InputKernel(float* dy, MapSize map, float* weight, float* dx) : IRangeKernel
    {
        public void Run(long begin, long end)
        {
            float* padded = stackalloc float[3 * ColorConvolutionKernel.Outputs * (map.Columns + 2)];
            for (long at = begin; at < end; at++)
            {
                (long image, long row) = Math.DivRem(at, map.Rows);
                ColorConvolutionKernel.InputGradient(dy + (image * map.Pixels * ColorConvolutionKernel.Outputs), (int)row, map,
                    weight, padded, dx + (at * map.Row));
            }
        }
    }

    private readonly unsafe struct WeightKernel(float* x, float* dy, MapSize map, long images, long parts, float* sums)
        : IRangeKernel
    {
        public void Run(long begin, long end)
        {
            long length = (ColorConvolutionKernel.Outputs * 9L * map.Channels) + ColorConvolutionKernel.Outputs;
            for (long part = begin; part < end; part++)
                for (long image = images * part / parts; image < images * (part + 1) / parts; image++)
                    ColorConvolutionKernel.AddWeightGradient(x + (image * map.Rows * map.Row),
                        dy + (image * map.Pixels * ColorConvolutionKernel.Outputs), map, sums + (part * length));
        }
    }
}
