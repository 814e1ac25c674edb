using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

/// <summary>Numbers into tensors and out of them, copied; <see cref="TensorMemory"/> gives them in place.</summary>
internal static class TensorData
{
    /// <summary>Copies data into a new tensor on the CPU.</summary>
    /// <typeparam name="T">float, double, long, int, byte or bool.</typeparam>
    /// <param name="data">As many elements as the shape holds, row-major.</param>
    /// <param name="shape">Sizes of the dimensions; none for a scalar.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> data, params long[] shape) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(shape);
        long count = 1;
        foreach (long size in shape)
            count *= size;
        if (count != data.Length)
            throw new ArgumentException($"shape [{string.Join(", ", shape)}] holds {count} elements, the data {data.Length}");
        NativeEngine.EnsureLoaded();
        Tensor tensor = empty(shape, TensorMemory.TypeOf<T>(), CPU);
        if (count > 0)
            data.CopyTo(TensorMemory.Span<T>(tensor));
        return tensor;
    }

    /// <summary>A tensor of one value, Float32.</summary>
    /// <param name="value">The value.</param>
    /// <param name="device">Where; null for the CPU.</param>
    /// <param name="shape">Sizes of the dimensions.</param>
    public static Tensor Full(double value, Device? device, params long[] shape)
    {
        NativeEngine.EnsureLoaded();
        return TensorArithmetic.Full(value, ScalarType.Float32, device ?? CPU, shape);
    }

    /// <summary>Zeros of a shape that take the memory of one; to be read only.</summary>
    /// <param name="type">Of the zeros.</param>
    /// <param name="shape">Sizes of the dimensions.</param>
    public static Tensor ExpandedZeros(ScalarType type, params long[] shape)
    {
        using Tensor zero = zeros([1], type);
        return zero.expand(shape);
    }

    /// <summary>Copies the elements into an array, row-major, whatever the tensor's device and layout.</summary>
    /// <exception cref="ArgumentException">The element type is not <typeparamref name="T"/>.</exception>
    public static T[] ToArray<T>(this Tensor tensor) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        T[] values = new T[tensor.numel()];
        tensor.CopyTo(values.AsSpan());
        return values;
    }

    /// <summary>Copies the elements, row-major, whatever the tensor's device and layout.</summary>
    /// <exception cref="ArgumentException">Type or length differ.</exception>
    public static void CopyTo<T>(this Tensor tensor, Span<T> values) where T : unmanaged
    {
        Check(tensor, values.Length);
        if (values.Length == 0)
            return;
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor here = tensor.device_type == DeviceType.CPU && TensorMemory.IsRowMajor(tensor) ? tensor
            : tensor.detach().cpu().contiguous();
        TensorMemory.Span<T>(here).CopyTo(values);
        GC.KeepAlive(here);
    }

    /// <summary>
    /// Overwrites the elements from row-major ones, whatever the tensor's device and layout; a graph recorded before is invalid.
    /// </summary>
    /// <exception cref="ArgumentException">Type or length differ.</exception>
    public static void CopyFrom<T>(this Tensor tensor, ReadOnlySpan<T> values) where T : unmanaged
    {
        Check(tensor, values.Length);
        if (tensor.dtype != TensorMemory.TypeOf<T>())
            throw new ArgumentException($"{TensorMemory.Describe(tensor)} does not hold {typeof(T).Name}");
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        tensor.copy_(From(values, tensor.shape));
    }

    /// <summary>Whether no element is infinite or not a number.</summary>
    public static bool IsFinite(this Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using DisposeScope scope = NewDisposeScope();
        return tensor.isfinite().all().item<bool>();
    }

    private static void Check(Tensor tensor, int length)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.numel() != length)
            throw new ArgumentException($"{TensorMemory.Describe(tensor)} has {tensor.numel()} elements, the buffer {length}");
    }
}
