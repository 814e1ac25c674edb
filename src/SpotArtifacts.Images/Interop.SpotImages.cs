using System.Runtime.InteropServices;

namespace SpotArtifacts.Images;

/// <summary>native/spot_images/spot_images.h, function by function.</summary>
internal static partial class Interop
{
    internal static partial class SpotImages
    {
        internal const string Library = "spot_images";

        [LibraryImport(Library, EntryPoint = "spot_images_abi_version")]
        internal static partial int AbiVersion();

        [LibraryImport(Library, EntryPoint = "spot_images_read_header")]
        internal static partial int ReadHeader(
            ReadOnlySpan<byte> data, long length, long maxPixels,
            out int format, out int width, out int height, out int orientation,
            Span<byte> error, int errorCapacity);

        [LibraryImport(Library, EntryPoint = "spot_images_decode")]
        internal static partial int Decode(
            ReadOnlySpan<byte> data, long length, int maxScans, int denominator,
            Span<byte> pixels, long capacity, Span<byte> error, int errorCapacity);

        [LibraryImport(Library, EntryPoint = "spot_images_decode_png_indices")]
        internal static partial int DecodePngIndices(
            ReadOnlySpan<byte> data, long length, Span<byte> indices, long capacity, Span<byte> error, int errorCapacity);

        [LibraryImport(Library, EntryPoint = "spot_images_orient")]
        internal static partial int Orient(
            ReadOnlySpan<byte> source, int width, int height, int orientation, Span<byte> target,
            Span<byte> error, int errorCapacity);

        [LibraryImport(Library, EntryPoint = "spot_images_png_bound")]
        internal static partial long PngBound(int width, int height);

        [LibraryImport(Library, EntryPoint = "spot_images_encode_png")]
        internal static partial int EncodePng(
            ReadOnlySpan<byte> pixels, int width, int height,
            Span<byte> output, long capacity, out long written, Span<byte> error, int errorCapacity);
    }
}
