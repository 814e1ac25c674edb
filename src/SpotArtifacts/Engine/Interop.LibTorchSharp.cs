using System.Runtime.InteropServices;

namespace SpotArtifacts.Engine;

/// <summary>
/// What TorchSharp's own library exports about a tensor's memory. TorchSharp's members over the same functions allocate, or
/// refuse layouts other than row-major. Every function reads a field or two: none waits, calls back or throws.
/// </summary>
internal static partial class LibTorchSharp
{
    private const string Library = "LibTorchSharp";

    [LibraryImport(Library, EntryPoint = "THSTensor_data")]
    [SuppressGCTransition]
    internal static partial nint Data(nint tensor);

    [LibraryImport(Library, EntryPoint = "THSTensor_ndimension")]
    [SuppressGCTransition]
    internal static partial long Dimensions(nint tensor);

    [LibraryImport(Library, EntryPoint = "THSTensor_numel")]
    [SuppressGCTransition]
    internal static partial long Count(nint tensor);

    [LibraryImport(Library, EntryPoint = "THSTensor_size")]
    [SuppressGCTransition]
    internal static partial long Size(nint tensor, long dimension);

    [LibraryImport(Library, EntryPoint = "THSTensor_stride")]
    [SuppressGCTransition]
    internal static partial long Stride(nint tensor, long dimension);

    [LibraryImport(Library, EntryPoint = "THSTensor_type")]
    [SuppressGCTransition]
    internal static partial sbyte Type(nint tensor);

    [LibraryImport(Library, EntryPoint = "THSTensor_device_type")]
    [SuppressGCTransition]
    internal static partial int DeviceType(nint tensor);
}
