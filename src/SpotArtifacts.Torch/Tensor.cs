using System.Text;
using SpotArtifacts.Torch.Interop;

namespace SpotArtifacts.Torch;

/// <summary>
/// A multi-dimensional array of libtorch. Belongs to the innermost <see cref="TensorScope"/> of the thread that created it, or,
/// where there is none, to whoever created it, who then disposes it.
/// </summary>
public sealed unsafe partial class Tensor : IDisposable
{
    private const int MaxDimensions = 16;
    private long[]? _shape;
    private ElementType _type;

    private readonly TensorHandle _handle;

    private Tensor(nint native) => _handle = new TensorHandle(native);

    /// <summary>Native tensors not freed yet, in the whole process.</summary>
    public static long LiveCount => SpotTorch.LiveTensors();

    // A closed handle still holds its number: without this check the C side would follow it into freed memory.
    internal TensorHandle Handle => _handle.IsClosed ? throw new TorchException("the tensor is disposed") : _handle;

    internal TensorScope? Owner { get; set; }

    /// <summary>Sizes of the dimensions; images are NCHW.</summary>
    public IReadOnlyList<long> Shape => Describe();

    /// <summary>Type of the elements.</summary>
    public ElementType ElementType
    {
        get
        {
            Describe();
            return _type;
        }
    }

    /// <summary>Number of elements.</summary>
    public long Count => Describe().Aggregate(1L, (a, b) => a * b);

    /// <summary>Whether operations on this tensor are recorded for gradients.</summary>
    public bool RequiresGrad
    {
        get
        {
            Status.Check(SpotTorch.TensorRequiresGradGet(Handle, out int enabled), "requires_grad");
            return enabled != 0;
        }
        set => Status.Check(SpotTorch.TensorRequiresGradSet(Handle, value ? 1 : 0), "requires_grad");
    }

    /// <summary>Device, as <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string Device
    {
        get
        {
            byte* buffer = stackalloc byte[64];
            Status.Check(SpotTorch.TensorDevice(Handle, buffer, 64), "device");
            return Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer));
        }
    }

    /// <summary>Copies data into a new CPU tensor.</summary>
    /// <param name="data">As many elements as the shape holds, row-major.</param>
    /// <param name="shape">Sizes of the dimensions.</param>
    /// <exception cref="TorchException">The lengths differ.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> data, params ReadOnlySpan<long> shape) where T : unmanaged
    {
        long count = 1;
        foreach (long size in shape) count *= size;
        if (count != data.Length) throw new TorchException($"shape [{string.Join(", ", shape.ToArray())}] holds {count} elements, the data {data.Length}");
        fixed (T* p = data)
        fixed (long* s = shape)
        {
            // An empty span pins to null, which libtorch takes for zero elements.
            Status.Check(SpotTorch.TensorFromData(p, s, shape.Length, (int)TypeOf<T>(), out nint native), "tensor from data");
            return Own(native);
        }
    }

    /// <summary>A CPU tensor without dimensions.</summary>
    public static Tensor Scalar(float value) => From<float>([value], []);

    /// <summary>Copies the elements into an array, row-major, whatever the tensor's device and layout.</summary>
    /// <exception cref="TorchException">The element type is not <typeparamref name="T"/>.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        CheckType<T>();
        T[] result = new T[Count];
        CopyTo(result.AsSpan());
        return result;
    }

    /// <summary>Copies the elements, row-major, whatever the tensor's device and layout.</summary>
    /// <exception cref="TorchException">Type or length differ.</exception>
    public void CopyTo<T>(Span<T> destination) where T : unmanaged
    {
        CheckType<T>();
        fixed (T* p = destination) Status.Check(SpotTorch.TensorCopyToHost(Handle, p, (long)destination.Length * sizeof(T)), $"copy {this} out");
    }

    /// <summary>Overwrites the elements, row-major, whatever the tensor's device and layout.</summary>
    /// <exception cref="TorchException">Type or length differ.</exception>
    public void CopyFrom<T>(ReadOnlySpan<T> source) where T : unmanaged
    {
        CheckType<T>();
        fixed (T* p = source) Status.Check(SpotTorch.TensorCopyFromHost(Handle, p, (long)source.Length * sizeof(T)), $"copy into {this}");
    }

    /// <summary>The only element, as a float.</summary>
    /// <exception cref="TorchException">There is not exactly one element, or it is not a 32-bit float.</exception>
    public float ToSingle()
    {
        float value = 0;
        CopyTo(new Span<float>(ref value));
        return value;
    }

    /// <summary>A second reference to the same tensor, owned like a new one.</summary>
    public Tensor Alias()
    {
        Status.Check(SpotTorch.TensorAlias(Handle, out nint native), "alias");
        return Own(native);
    }

    /// <summary>Moves the tensor out of its scope for good: whoever calls this disposes it.</summary>
    public Tensor Detached()
    {
        Owner = null;
        return this;
    }

    /// <summary>Frees the native reference; the storage goes when autograd and views need it no longer.</summary>
    public void Dispose()
    {
        Owner = null;
        _handle.Dispose();
    }

    /// <summary>Shape and element type, as <c>(4, 3, 32, 32) Float32</c>.</summary>
    public override string ToString() => _handle.IsClosed ? "(disposed)" : $"({string.Join(", ", Describe())}) {_type}";

    internal static Tensor Own(nint native)
    {
        var tensor = new Tensor(native);
        TensorScope.Current?.Add(tensor);
        return tensor;
    }

    internal static ElementType TypeOf<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? ElementType.Float32
        : typeof(T) == typeof(double) ? ElementType.Float64
        : typeof(T) == typeof(long) ? ElementType.Int64
        : typeof(T) == typeof(int) ? ElementType.Int32
        : typeof(T) == typeof(byte) ? ElementType.UInt8
        : typeof(T) == typeof(bool) ? ElementType.Boolean
        : throw new TorchException($"no element type for {typeof(T)}");

    private void CheckType<T>() where T : unmanaged
    {
        if (ElementType != TypeOf<T>()) throw new TorchException($"{this} is not of type {TypeOf<T>()}");
    }

    // In-place operators of this assembly never change a shape, so it is asked for once.
    private long[] Describe()
    {
        if (_shape is not null) return _shape;
        long* sizes = stackalloc long[MaxDimensions];
        Status.Check(SpotTorch.TensorDescribe(Handle, out int type, out int dimensions, sizes, MaxDimensions), "describe");
        _type = (ElementType)type;
        return _shape = new Span<long>(sizes, dimensions).ToArray();
    }
}
