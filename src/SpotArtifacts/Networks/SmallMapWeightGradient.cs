using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Networks;

/// <summary>
/// The gradient that a 3x3 convolution of small maps has at its weights, as a product of matrices: libtorch's BFloat16 kernels,
/// which sum over the pixels of an image at a time, take half as long again or twice as long for it.
/// </summary>
internal static class SmallMapWeightGradient
{
    private const int Taps = 3, Border = Taps / 2, MostPixels = 16;

    /// <summary>Whether this is for a convolution of x whose weights want a gradient.</summary>
    /// <param name="x">(B, C, H, W), BFloat16.</param>
    /// <param name="weight">(K, C / groups, k, k), BFloat16.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="shape">Sizes.</param>
    internal static bool Suits(Tensor x, Tensor weight, int padding, ConvolutionShape shape) =>
        Processor.HasAvx512OfOthers && shape is { Kernel: Taps, Stride: 1, IsOdd: false } && padding == Border
        && x.size(2) * x.size(3) <= MostPixels && x.numel() > 0 && x.device_type == DeviceType.CPU
        && weight.requires_grad && is_grad_enabled();

    /// <summary>What joins a convolution with the same weights, detached: zeros that lead the gradient to the weights.</summary>
    /// <param name="weight">(K, C / groups, 3, 3).</param>
    /// <param name="x">(B, C, H, W), of the weights' type.</param>
    /// <param name="groups">Columns that do not see each other.</param>
    /// <returns>(B, K, H, W), of the weights' type.</returns>
    internal static Tensor Through(Tensor weight, Tensor x, int groups)
    {
        using Tensor values = x.detach();
        return Function.apply(weight, values, groups);
    }

    /// <summary>The gradient at the weights (K, C / groups, 3, 3), channels-last, of the gradient (B, K, H, W) at the output.
    /// </summary>
    internal static Tensor Of(Tensor dy, Tensor x, int groups)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (long outputs, long inputs) = (dy.size(1) / groups, x.size(1) / groups);
        Tensor gradients = dy.permute(0, 2, 3, 1).reshape(-1, dy.size(1));
        Tensor padded = functional.pad(x, [Border, Border, Border, Border]).permute(0, 2, 3, 1);
        // (B, H, W, 3, 3, C): windows as a channels-last weight lies.
        Tensor windows = padded.unfold(1, Taps, 1).unfold(2, Taps, 1).permute(0, 1, 2, 4, 5, 3);
        Tensor[] columns = [.. Enumerable.Range(0, groups).Select(Column)];
        Tensor all = groups == 1 ? columns[0] : cat(columns, 0);
        return all.view(dy.size(1), Taps, Taps, inputs).permute(0, 3, 1, 2).MoveToOuterDisposeScope();

        Tensor Column(int group) => gradients.narrow(1, group * outputs, outputs).t()
            .mm(windows.narrow(5, group * inputs, inputs).reshape(gradients.size(0), Taps * Taps * inputs));
    }

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        private const string Groups = "groups";

        public override string Name => nameof(SmallMapWeightGradient);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (weight, x, groups) = ((Tensor)vars[0], (Tensor)vars[1], (int)vars[2]);
            ctx.save_for_backward([x]);
            ctx.save_data(Groups, groups);
            return TensorData.ExpandedZeros(weight.dtype, x.size(0), weight.size(0), x.size(2), x.size(3));
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using Tensor given = grad_output, x = ctx.get_saved_variables()[0];
            return [Of(given, x, (int)ctx.get_data(Groups)), null!, null!];
        }
    }
}
