using System.Runtime.InteropServices;

namespace SpotArtifacts.Images;

/// <summary>What is called of libjpeg-turbo's turbojpeg.h: the classic interface, which versions 2 and 3 both export.</summary>
internal static partial class Interop
{
    internal static partial class TurboJpeg
    {
        internal const string Library = "turbojpeg";

        /// <summary>TJPF_RGB.</summary>
        internal const int PixelFormatRgb = 0;

        /// <summary>TJFLAG_STOPONWARNING: damage is an error.</summary>
        internal const int StopOnWarning = 8192;

        /// <summary>TJFLAG_LIMITSCANS: more than 500 scans of a progressive file are an error.</summary>
        internal const int LimitScans = 32768;

        /// <summary>All that is called here; a library that lacks one of them is not used.</summary>
        internal static readonly string[] Exports = ["tjInitDecompress", "tjDecompress2", "tjGetErrorStr2", "tjDestroy"];

        [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
        internal static partial nint InitDecompress();

        [LibraryImport(Library, EntryPoint = "tjDecompress2")]
        internal static partial int Decompress(
            SafeHandle decompressor, ReadOnlySpan<byte> encoded, CULong length,
            Span<byte> pixels, int width, int pitch, int height, int pixelFormat, int flags);

        [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
        internal static partial nint GetError(SafeHandle decompressor);

        [LibraryImport(Library, EntryPoint = "tjDestroy")]
        internal static partial int Destroy(nint decompressor);
    }
}
