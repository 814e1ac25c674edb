using System.Runtime.InteropServices;

namespace SpotArtifacts.Images.Formats;

/// <summary>libjpeg-turbo: common JPEGs straight into an image's memory, with all damage reported.</summary>
internal static class TurboJpeg
{
    // Below this a scale other than the wanted one can give the wanted size, and the library would take it.
    private const int SmallestScaled = 16;

    [ThreadStatic]
    private static Decompressor? s_decompressor;

    static TurboJpeg() => NativeLibrary.SetDllImportResolver(typeof(TurboJpeg).Assembly, TurboJpegLibrary.Resolve);

    /// <summary>
    /// Whether a file can be given to the library: the others take libvips with or without it, so that pixels never depend on
    /// what is installed.
    /// </summary>
    internal static bool Reads(JpegHeader header, int denominator) =>
        header.IsCommon && (denominator == 1 || Math.Min(header.Width, header.Height) >= SmallestScaled);

    /// <summary>Decodes; the library must be loaded.</summary>
    /// <param name="file">The whole file, or its essentials.</param>
    /// <param name="width">Columns of the result: the stored ones divided by 1, 2, 4 or 8 and rounded up.</param>
    /// <param name="height">Rows of the result.</param>
    /// <param name="name">For messages.</param>
    /// <exception cref="ImageFormatException">It is damaged.</exception>
    internal static RgbImage Decode(ReadOnlySpan<byte> file, int width, int height, string name)
    {
        Decompressor decompressor = s_decompressor ??= Decompressor.Create();
        byte[] pixels = GC.AllocateUninitializedArray<byte>(3 * width * height); // all of it is filled, or the call fails
        int status = Interop.TurboJpeg.Decompress(
            decompressor, file, new CULong((uint)file.Length), pixels, width, 3 * width, height,
            Interop.TurboJpeg.PixelFormatRgb, Interop.TurboJpeg.StopOnWarning | Interop.TurboJpeg.LimitScans);
        return status == 0 ? new RgbImage(width, height, pixels) : throw Failure(decompressor, name);
    }

    private static Exception Failure(Decompressor decompressor, string name)
    {
        string reason = Marshal.PtrToStringUTF8(Interop.TurboJpeg.GetError(decompressor)) ?? "";
        return reason.Contains("nsufficient memory", StringComparison.Ordinal)
            ? new InsufficientMemoryException($"{name}: {reason}")
            : new ImageFormatException(name, reason);
    }

    /// <summary>One for each thread: the library's own state, freed when the thread has gone.</summary>
    private sealed class Decompressor() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        internal static Decompressor Create()
        {
            Decompressor made = new();
            made.SetHandle(Interop.TurboJpeg.InitDecompress());
            return made.IsInvalid
                ? throw new ImageCodecException($"tjInitDecompress of {TurboJpegLibrary.Current.Path} gave no decompressor")
                : made;
        }

        protected override bool ReleaseHandle() => Interop.TurboJpeg.Destroy(handle) == 0;
    }
}
