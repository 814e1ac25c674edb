using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

/// <summary>What convolutions and matrix products compute in. Everything else is Float32 always.</summary>
public enum Precision
{
    /// <summary>Float32, also on devices that would round its products.</summary>
    F32,

    /// <summary>Float32 whose products CUDA devices round to 10 bits of mantissa.</summary>
    Tf32,

    /// <summary>
    /// BFloat16 with sums in Float32; weights, their updates, statistics of batch norms, losses and damage stay Float32.
    /// </summary>
    Bf16,
}

/// <summary>The precision that networks compute in on the present thread.</summary>
public static class EnginePrecision
{
    /// <summary>Names that <see cref="Parse"/> takes.</summary>
    internal static readonly IReadOnlyList<string> Names = ["f32", "tf32", "bf16", "auto"];

    // Backward passes follow what was recorded, whichever thread runs them.
    [ThreadStatic]
    private static Precision s_current;

    [ThreadStatic]
    private static WeightCasts? s_casts;

    /// <summary>In use on this thread; Float32 until something else is asked for.</summary>
    public static Precision Current => s_current;

    /// <summary>The name of a precision, as <c>bf16</c>.</summary>
    internal static string NameOf(Precision precision) => Names[(int)precision];

    /// <summary>
    /// The precision a name stands for on a device. <c>auto</c> is bf16 on CUDA devices and where the processor multiplies it in
    /// hardware, else f32.
    /// </summary>
    /// <exception cref="NativeEngineException">There is no such name, or the device has no such precision.</exception>
    internal static Precision Parse(string name, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        bool cuda = device.type == DeviceType.CUDA;
        return name switch
        {
            "f32" => Precision.F32,
            "tf32" when cuda => Precision.Tf32,
            "tf32" => throw new NativeEngineException(
                $"precision tf32 is one of CUDA devices, not of {device}: take f32 or bf16"),
            "bf16" => Precision.Bf16,
            "auto" => cuda || Processor.HasBfloat16 ? Precision.Bf16 : Precision.F32,
            _ => throw new NativeEngineException($"precision '{name}': the precisions are {string.Join(", ", Names)}"),
        };
    }

    /// <summary>Takes a precision on this thread until the result is disposed; how CUDA devices round is the whole process's.
    /// </summary>
    public static IDisposable Use(Precision precision)
    {
        NativeEngine.EnsureLoaded();
        var before = new Restoring(s_current);
        Set(precision);
        return before;
    }

    /// <summary>What convolutions and products take: the tensor itself, or its BFloat16 copy.</summary>
    internal static Tensor Narrow(Tensor x) =>
        s_current == Precision.Bf16 && x.dtype == ScalarType.Float32 ? x.to(ScalarType.BFloat16) : x;

    /// <summary>As <see cref="Narrow"/>, of weights; within <see cref="CastWeightsOnce"/> the copy of their first use.</summary>
    internal static Tensor NarrowWeight(Tensor weight)
    {
        if (s_casts is null || s_current != Precision.Bf16 || weight.dtype != ScalarType.Float32)
            return Narrow(weight);
        Dictionary<Tensor, Tensor> casts = weight.requires_grad && is_grad_enabled() ? s_casts.Recorded : s_casts.Others;
        if (!casts.TryGetValue(weight, out Tensor? cast))
            casts[weight] = cast = Narrow(weight).DetachFromDisposeScope();
        return cast;
    }

    /// <summary>
    /// Weights that this thread uses several times until the result is disposed are cast once; they must not change meanwhile. What
    /// was recorded stays good after it.
    /// </summary>
    internal static IDisposable CastWeightsOnce() => s_casts = new WeightCasts(s_casts);

    /// <summary>What losses, statistics and users take: the tensor itself, or its Float32 copy.</summary>
    internal static Tensor Widen(Tensor x) => x.dtype == ScalarType.BFloat16 ? x.to(ScalarType.Float32) : x;

    private static void Set(Precision precision)
    {
        s_current = precision;
        if (!NativeEngine.HasCuda)
            return;
        backends.cuda.matmul.allow_tf32 = precision != Precision.F32;
        backends.cudnn.allow_tf32 = precision != Precision.F32;
    }

    // By which tensor it is: tensors are otherwise equal where their numbers are, which would have to be compared.
    private sealed class WeightCasts(WeightCasts? before) : IDisposable
    {
        public Dictionary<Tensor, Tensor> Recorded { get; } = new(ReferenceEqualityComparer.Instance);

        public Dictionary<Tensor, Tensor> Others { get; } = new(ReferenceEqualityComparer.Instance);

        public void Dispose()
        {
            foreach (Tensor cast in Recorded.Values.Concat(Others.Values))
                cast.Dispose();
            s_casts = before;
        }
    }

    private sealed class Restoring(Precision before) : IDisposable
    {
        public void Dispose() => Set(before);
    }
}
