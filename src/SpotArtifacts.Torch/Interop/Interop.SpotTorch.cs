using System.Runtime.InteropServices;

namespace SpotArtifacts.Torch.Interop;

/// <summary>The functions of native/spot_torch/spot_torch.h, one to one.</summary>
internal static unsafe partial class SpotTorch
{
    internal const string Library = "spot_torch";
    internal const int AbiVersion = 2;

    static SpotTorch() => NativeLibraryLoader.Register();

    [LibraryImport(Library, EntryPoint = "spot_abi_version")]
    internal static partial int GetAbiVersion();

    [LibraryImport(Library, EntryPoint = "spot_last_error")]
    internal static partial long LastError(byte* buffer, long capacity);

    [LibraryImport(Library, EntryPoint = "spot_runtime_description")]
    internal static partial long RuntimeDescription(byte* buffer, long capacity);

    [LibraryImport(Library, EntryPoint = "spot_threads_set")]
    internal static partial int ThreadsSet(int threads);

    [LibraryImport(Library, EntryPoint = "spot_threads_get")]
    internal static partial int ThreadsGet(out int threads);

    [LibraryImport(Library, EntryPoint = "spot_live_tensors")]
    internal static partial long LiveTensors();

    [LibraryImport(Library, EntryPoint = "spot_tensor_from_data")]
    internal static partial int TensorFromData(void* data, long* shape, int dimensions, int dtype, out nint result);

    [LibraryImport(Library, EntryPoint = "spot_tensor_copy_to_host")]
    internal static partial int TensorCopyToHost(TensorHandle tensor, void* destination, long bytes);

    [LibraryImport(Library, EntryPoint = "spot_tensor_copy_from_host")]
    internal static partial int TensorCopyFromHost(TensorHandle tensor, void* source, long bytes);

    [LibraryImport(Library, EntryPoint = "spot_tensor_describe")]
    internal static partial int TensorDescribe(TensorHandle tensor, out int dtype, out int dimensions, long* sizes, int capacity);

    [LibraryImport(Library, EntryPoint = "spot_tensor_device")]
    internal static partial int TensorDevice(TensorHandle tensor, byte* buffer, int capacity);

    [LibraryImport(Library, EntryPoint = "spot_tensor_alias")]
    internal static partial int TensorAlias(TensorHandle tensor, out nint result);

    [LibraryImport(Library, EntryPoint = "spot_tensor_free")]
    internal static partial void TensorFree(nint tensor);

    [LibraryImport(Library, EntryPoint = "spot_operator_find", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OperatorFind(string name, string overload, out nint result);

    [LibraryImport(Library, EntryPoint = "spot_operator_schema")]
    internal static partial int OperatorSchema(nint op, byte* buffer, int capacity);

    [LibraryImport(Library, EntryPoint = "spot_operator_call")]
    internal static partial int OperatorCall(nint op, NativeValue* arguments, int count, NativeValue* results, int capacity, out int resultCount);

    [LibraryImport(Library, EntryPoint = "spot_grad_mode_set")]
    internal static partial int GradModeSet(int enabled, out int previous);

    [LibraryImport(Library, EntryPoint = "spot_tensor_requires_grad_set")]
    internal static partial int TensorRequiresGradSet(TensorHandle tensor, int enabled);

    [LibraryImport(Library, EntryPoint = "spot_tensor_requires_grad_get")]
    internal static partial int TensorRequiresGradGet(TensorHandle tensor, out int enabled);

    [LibraryImport(Library, EntryPoint = "spot_autograd_gradients")]
    internal static partial int AutogradGradients(
        nint* outputs, nint* outputGrads, int outputCount, nint* inputs, int inputCount, int retainGraph, int allowUnused, nint* grads);

    [LibraryImport(Library, EntryPoint = "spot_generator_new", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int GeneratorNew(string device, long seed, out nint result);

    [LibraryImport(Library, EntryPoint = "spot_generator_state_get")]
    internal static partial int GeneratorStateGet(GeneratorHandle generator, out nint state);

    [LibraryImport(Library, EntryPoint = "spot_generator_state_set")]
    internal static partial int GeneratorStateSet(GeneratorHandle generator, TensorHandle state);

    [LibraryImport(Library, EntryPoint = "spot_generator_free")]
    internal static partial void GeneratorFree(nint generator);
}
