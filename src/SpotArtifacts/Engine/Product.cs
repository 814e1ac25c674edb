using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

/// <summary>x (B, K) times the transpose of w (N, K), as <c>functional.linear</c>, by the faster of two kernels.</summary>
internal static class Product
{
    /// <summary>
    /// (B, K) and (N, K) to (B, N), of the type that <see cref="EnginePrecision"/> has products in; recorded for differentiation
    /// where an operand is.
    /// </summary>
    /// <param name="x">(B, K).</param>
    /// <param name="weight">What w is of: a parameter, Float32.</param>
    /// <param name="rows">Weights as w (N, K), a view.</param>
    public static Tensor OfTransposed(Tensor x, Tensor weight, Func<Tensor, Tensor> rows)
    {
        if (EnginePrecision.Current != Precision.Bf16)
            return OfTransposed(x, rows(weight), MatrixProductKernel.IsFaster);
        Tensor narrow = EnginePrecision.Narrow(x);
        return MatrixProductKernel.IsFaster && weight.requires_grad && is_grad_enabled() && TensorMemory.IsPlain(weight)
            ? OfNarrowed(narrow, rows(weight)) : nn.functional.linear(narrow, rows(EnginePrecision.NarrowWeight(weight)));
    }

    /// <summary>
    /// A BFloat16 product of x and a Float32 w, whose gradient at w is summed and left in Float32: libtorch's would be written
    /// narrow and widened, which for the largest weights takes longer than the product.
    /// </summary>
    internal static Tensor OfNarrowed(Tensor x, Tensor w)
    {
        using Tensor fixedX = x.detach(), fixedW = w.detach(), narrow = fixedW.to(ScalarType.BFloat16);
        using Tensor product = nn.functional.linear(x, narrow), nothing = ThroughWeights.apply(w, fixedX);
        return product.Plus(nothing);
    }

    /// <summary>(B, K) and (N, K) to (B, N) in the operands' own type, by our kernel or by libtorch's.</summary>
    internal static Tensor OfTransposed(Tensor x, Tensor w, bool ours)
    {
        if (!ours || !IsRowMajor(x) || !IsRowMajor(w) || x.numel() == 0 || w.numel() == 0)
            return nn.functional.linear(x, w);
        if (!is_grad_enabled() || !(x.requires_grad || w.requires_grad))
            return Multiply(x, w);
        using Tensor fixedX = x.detach(), fixedW = w.detach();
        // An operator of TorchSharp's is not told whose gradient is wanted, so there is one for each: libtorch leaves out what
        // leads to nothing. The weights' adds nothing to the result.
        Tensor product = ThroughInput.apply(x, fixedW);
        if (!w.requires_grad)
            return product;
        using Tensor withoutWeights = product, nothing = ThroughWeights.apply(w, fixedX);
        return withoutWeights.Plus(nothing);
    }

    private static bool IsRowMajor(Tensor x) => TensorMemory.IsPlain(x) && TensorMemory.IsRowMajor(x) && x.Dimensions == 2;

    // y transposed = w times x transposed: the weights, by far the largest, are read once and as they lie.
    private static Tensor Multiply(Tensor x, Tensor w)
    {
        using Tensor transposed = empty([w.size(0), x.size(0)], ScalarType.Float32), turned = transposed.t();
        MatrixProductKernel.Multiply(View(w), Turned(View(x)), View(transposed), w.size(0), x.size(0), w.size(1));
        GC.KeepAlive(x);
        GC.KeepAlive(w);
        return turned.contiguous();
    }

    private static MatrixView Turned(MatrixView matrix) => new(matrix.Start, matrix.Column, matrix.Row);

    private static unsafe MatrixView View(Tensor x) => new((nint)TensorMemory.Pointer<float>(x), x.size(1), 1);

    private sealed class ThroughInput : autograd.SingleTensorFunction<ThroughInput>
    {
        public override string Name => nameof(ThroughInput);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, w) = ((Tensor)vars[0], (Tensor)vars[1]);
            ctx.save_for_backward([w]);
            return Multiply(x, w);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using Tensor given = grad_output, dy = given.contiguous(), w = ctx.get_saved_variables()[0];
            Tensor dx = empty([dy.size(0), w.size(1)], ScalarType.Float32);
            MatrixProductKernel.Multiply(View(dy), View(w), View(dx), dy.size(0), w.size(1), w.size(0));
            GC.KeepAlive(dy);
            GC.KeepAlive(w);
            return [dx, null!];
        }
    }

    private sealed class ThroughWeights : autograd.SingleTensorFunction<ThroughWeights>
    {
        public override string Name => nameof(ThroughWeights);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (w, x) = ((Tensor)vars[0], (Tensor)vars[1]);
            ctx.save_for_backward([x]);
            return TensorData.ExpandedZeros(x.dtype, x.size(0), w.size(0));
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using Tensor given = grad_output, saved = ctx.get_saved_variables()[0];
            using Tensor wide = given.to(ScalarType.Float32), dy = wide.contiguous(), x = saved.to(ScalarType.Float32);
            Tensor dw = empty([dy.size(1), x.size(1)], ScalarType.Float32);
            MatrixProductKernel.Multiply(Turned(View(dy)), View(x), View(dw), dy.size(1), x.size(1), dy.size(0));
            GC.KeepAlive(dy);
            GC.KeepAlive(x);
            return [dw, null!];
        }
    }
}
