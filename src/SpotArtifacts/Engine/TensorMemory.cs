using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

// B batch, C channels, H rows, W columns.

/// <summary>
/// The memory of tensors on the processor as spans, without a copy, and copies out of and into tensors wherever they are.
/// </summary>
/// <remarks>
/// A span or pointer is valid as long as the tensor is: keep the tensor in use until after the last access (it must not be
/// disposed meanwhile, by its scope or by the garbage collector).
/// </remarks>
internal static class TensorMemory
{
    /// <summary>Whether a tensor lies in memory without gaps, row-major or channels-last.</summary>
    public static bool IsDense(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        bool dense = IsRowMajor(tensor.Handle) || IsChannelsLast(tensor.Handle);
        GC.KeepAlive(tensor);
        return dense;
    }

    /// <summary>Whether a tensor is row-major without gaps.</summary>
    public static bool IsRowMajor(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        bool rowMajor = IsRowMajor(tensor.Handle);
        GC.KeepAlive(tensor);
        return rowMajor;
    }

    /// <summary>Whether the channels of each position of a tensor (B, C, H, W) lie next to each other, without gaps.</summary>
    public static bool IsChannelsLast(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        bool last = IsChannelsLast(tensor.Handle);
        GC.KeepAlive(tensor);
        return last;
    }

    /// <summary>
    /// The tensor (B, C, H, W) with the channels of each position next to each other: itself where it is so already. Recorded
    /// for differentiation where the input is.
    /// </summary>
    /// <exception cref="ArgumentException">It does not have four dimensions.</exception>
    public static Tensor ToChannelsLast(this Tensor tensor)
    {
        if (IsChannelsLast(tensor))
            return tensor;
        if (tensor.Dimensions != 4)
            throw new ArgumentException($"channels-last is a layout of (B, C, H, W), not of {Describe(tensor)}");
        using Tensor positions = tensor.permute(0, 2, 3, 1), laid = positions.contiguous();
        return laid.permute(0, 3, 1, 2);
    }

    /// <summary>The elements of a dense tensor on the processor in the order they lie in memory; no copy.</summary>
    /// <typeparam name="T">float, double, long, int, short, byte or bool, as the tensor's; ushort: the bits of BFloat16.</typeparam>
    /// <exception cref="ArgumentException">It is elsewhere, of another type, has gaps, or has 2^31 elements or more.</exception>
    public static unsafe Span<T> Span<T>(Tensor tensor) where T : unmanaged
    {
        T* start = Pointer<T>(tensor);
        long count = tensor.numel();
        if (count > int.MaxValue)
            throw new ArgumentException($"{Describe(tensor)} has too many elements for one span");
        return new Span<T>(start, (int)count);
    }

    /// <summary>As <see cref="Span{T}"/>, for kernels that go past its length.</summary>
    internal static unsafe T* Pointer<T>(Tensor tensor) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        nint handle = tensor.Handle;
        if (LibTorchSharp.DeviceType(handle) != (int)DeviceType.CPU || LibTorchSharp.Type(handle) != (sbyte)TypeOf<T>()
            || !(IsRowMajor(handle) || IsChannelsLast(handle)))
            throw new ArgumentException($"a dense tensor of {typeof(T).Name} on the CPU is needed, not {Describe(tensor)}");
        return (T*)LibTorchSharp.Data(handle);
    }

    /// <summary>Whether a tensor is dense, on the processor, and of Float32: what the kernels take.</summary>
    internal static bool IsPlain(Tensor tensor)
    {
        nint handle = tensor.Handle;
        bool plain = LibTorchSharp.DeviceType(handle) == (int)DeviceType.CPU
            && LibTorchSharp.Type(handle) == (sbyte)ScalarType.Float32
            && (IsRowMajor(handle) || IsChannelsLast(handle));
        GC.KeepAlive(tensor);
        return plain;
    }

    /// <summary>Whether two tensors have the same shape.</summary>
    internal static bool HaveSameShape(Tensor a, Tensor b)
    {
        nint x = a.Handle, y = b.Handle;
        long dimensions = LibTorchSharp.Dimensions(x);
        bool same = dimensions == LibTorchSharp.Dimensions(y);
        for (long i = 0; same && i < dimensions; i++)
            same = LibTorchSharp.Size(x, i) == LibTorchSharp.Size(y, i);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        return same;
    }

    /// <summary>Whether two dense tensors of the same shape keep their elements in the same order.</summary>
    internal static bool HaveSameLayout(Tensor a, Tensor b) =>
        (IsRowMajor(a) && IsRowMajor(b)) || (IsChannelsLast(a) && IsChannelsLast(b));

    /// <summary>
    /// Tells libtorch that a tensor was written to behind its back: a graph recorded before then refuses to be differentiated,
    /// instead of giving wrong gradients.
    /// </summary>
    internal static void MarkWritten(Tensor tensor)
    {
        using IDisposable off = no_grad();
        // Writing to a view of no elements raises the version that all views of the memory share.
        using Tensor nothing = tensor.as_strided([0], [1]), written = nothing.zero_();
    }

    /// <summary>Shape, type and device, for messages.</summary>
    internal static string Describe(Tensor tensor) =>
        tensor.IsInvalid ? "(disposed)"
        : $"({string.Join(", ", tensor.shape)}) "
            + $"{tensor.dtype}{(tensor.device_type == DeviceType.CPU ? "" : $" on {tensor.device}")}";

    private static bool IsRowMajor(nint tensor)
    {
        long expected = 1;
        for (long i = LibTorchSharp.Dimensions(tensor) - 1; i >= 0; i--)
            if (!Follows(tensor, i, ref expected))
                return LibTorchSharp.Count(tensor) == 0;
        return true;
    }

    private static bool IsChannelsLast(nint tensor)
    {
        if (LibTorchSharp.Dimensions(tensor) != 4)
            return false;
        long expected = 1;
        return Follows(tensor, 1, ref expected) && Follows(tensor, 3, ref expected)
            && Follows(tensor, 2, ref expected) && Follows(tensor, 0, ref expected);
    }

    // The step along a dimension of size 1 means nothing.
    private static bool Follows(nint tensor, long dimension, ref long expected)
    {
        long size = LibTorchSharp.Size(tensor, dimension);
        if (size != 1 && LibTorchSharp.Stride(tensor, dimension) != expected)
            return false;
        expected *= size;
        return true;
    }

    internal static ScalarType TypeOf<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? ScalarType.Float32 : typeof(T) == typeof(double) ? ScalarType.Float64
            : typeof(T) == typeof(long) ? ScalarType.Int64
        : typeof(T) == typeof(ushort) ? ScalarType.BFloat16 : typeof(T) == typeof(short) ? ScalarType.Int16
        : typeof(T) == typeof(int) ? ScalarType.Int32 : typeof(T) == typeof(byte) ? ScalarType.Byte : typeof(T) == typeof(bool)
            ? ScalarType.Bool
        : throw new ArgumentException($"no tensor holds {typeof(T).Name}");
}
