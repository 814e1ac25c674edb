using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Networks;

/// <summary>
/// The gradient that a strided convolution of few channels has at its input, as a convolution without stride. libtorch's own takes
/// six times as long as the forward pass for AlexNet's first layer: three channels of sixteen lie idle, and the stride scatters.
/// </summary>
/// <remarks>
/// With stride s, input pixel s * a + p gets weights s * t + p of output a - t alone, so all s * s phases p are one convolution of
/// the output's gradient with s * s times the channels and ceil(k / s) taps a side, whose result interleaves to the pixels.
/// </remarks>
internal static class StridedInputGradient
{
    private const int FewChannels = 4;

    /// <summary>Whether this is for a convolution of x: few channels, a stride, a gradient wanted, on a processor.</summary>
    internal static bool Suits(Tensor x, ConvolutionShape shape) =>
        shape is { Inputs: > 1 and <= FewChannels, Groups: 1, Stride: > 1 } && shape.Kernel > shape.Stride
        && x.requires_grad && is_grad_enabled() && x.device_type == DeviceType.CPU
        && x.dtype is ScalarType.Float32 or ScalarType.BFloat16;

    /// <summary>What joins a convolution of the same input, detached: zeros that lead the gradient to the input.</summary>
    /// <param name="x">(B, C, H, W); its gradient is of its type.</param>
    /// <param name="weight">(K, C, k, k), of the type that is computed in.</param>
    /// <param name="stride">Step between windows.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <returns>(B, K, H', W'), of the weights' type.</returns>
    internal static Tensor Through(Tensor x, Tensor weight, int stride, int padding)
    {
        using Tensor values = weight.detach();
        return Function.apply(x, values, stride, padding);
    }

    /// <summary>The gradient at an input (B, C, H, W), of the gradient (B, K, H', W') at the output.</summary>
    internal static Tensor Of(Tensor dy, Tensor weight, int stride, int padding, long rows, long columns)
    {
        using DisposeScope scope = NewDisposeScope();
        int taps = (int)((weight.size(2) + stride - 1) / stride), whole = taps * stride;
        Tensor phases = functional.conv2d(dy.ToChannelsLast(), Phases(weight, stride, taps), padding: [taps - 1, taps - 1]);
        Tensor pixels = functional.pixel_shuffle(phases, stride);
        // Beyond the last window no pixel is seen.
        long below = Math.Max(0, padding + rows - pixels.size(2)), right = Math.Max(0, padding + columns - pixels.size(3));
        if (below + right > 0)
            pixels = functional.pad(pixels, [0, right, 0, below]);
        return pixels.narrow(2, padding, rows).narrow(3, padding, columns).ToChannelsLast().MoveToOuterDisposeScope();
    }

    // (K, C, k, k) to (C * s * s, K, taps, taps): weight s * t + p of phase p, the taps in reverse. Channels-last, for what is
    // convolved may be one pixel of a side, which libtorch takes for row-major (Convolution says what comes of that).
    private static Tensor Phases(Tensor weight, int stride, int taps)
    {
        long missing = (taps * stride) - weight.size(2);
        Tensor padded = missing == 0 ? weight : functional.pad(weight, [0, missing, 0, missing]);
        return padded.reshape(weight.size(0), weight.size(1), taps, stride, taps, stride).flip(2, 4)
            .permute(1, 3, 5, 0, 2, 4).reshape(weight.size(1) * stride * stride, weight.size(0), taps, taps)
            .ToChannelsLast();
    }

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        private const string Sizes = "sizes";

        public override string Name => nameof(StridedInputGradient);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, weight, stride, padding) = ((Tensor)vars[0], (Tensor)vars[1], (int)vars[2], (int)vars[3]);
            ctx.save_for_backward([weight]);
            ctx.save_data(Sizes, (stride, padding, x.size(2), x.size(3), x.dtype));
            return TensorData.ExpandedZeros(weight.dtype, x.size(0), weight.size(0), Windows(x.size(2)), Windows(x.size(3)));

            long Windows(long side) => ((side + (2 * padding) - weight.size(2)) / stride) + 1;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using Tensor given = grad_output, weight = ctx.get_saved_variables()[0];
            var (stride, padding, rows, columns, type) = ((int, int, long, long, ScalarType))ctx.get_data(Sizes);
            Tensor dx = Of(given, weight, stride, padding, rows, columns);
            if (dx.dtype == type)
                return [dx, null!, null!, null!];
            using Tensor narrow = dx;
            return [narrow.to(type), null!, null!, null!];
        }
    }
}
