using NetVips;

namespace SpotArtifacts.Images.Formats;

/// <summary>
/// Calls into libvips, with its words about a file kept apart from those about others: it has one buffer of errors for the whole
/// process and writes warnings to stderr.
/// </summary>
/// <remarks>
/// Pixels are fetched by the calling thread, since images are decoded in parallel already, and libvips' cache of operations is
/// switched off, which would keep a hundred files alive. That and the silence on stderr hold for the whole process.
/// </remarks>
internal static class VipsSession
{
    private static readonly Lazy<Version> s_loaded = new(Load);
    private static readonly ReaderWriterLockSlim s_errors = new();

    // Warnings of the call that runs on this thread; null between calls.
    [ThreadStatic]
    private static List<string>? s_warnings;

    /// <summary>libvips' version; loads it.</summary>
    /// <exception cref="ImageCodecException">It cannot be loaded.</exception>
    internal static Version Version => s_loaded.Value;

    /// <summary>Opens a file and reads it.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="loader">How.</param>
    /// <param name="name">For messages.</param>
    /// <param name="read">Reads the pixels of the opened image.</param>
    /// <exception cref="ImageFormatException">It is damaged.</exception>
    /// <exception cref="ImageCodecException">libvips cannot be loaded.</exception>
    internal static RgbImage Run(byte[] file, VipsLoader loader, string name, Func<Image, RgbImage> read)
    {
        _ = s_loaded.Value;
        s_errors.EnterReadLock();
        try
        {
            if (Attempt(file, loader, read, out _) is { } image)
                return image;
        }
        finally
        {
            s_errors.ExitReadLock();
        }
        // Once more and alone, so that the words are about this file.
        s_errors.EnterWriteLock();
        try
        {
            return Attempt(file, loader, read, out string reason) ?? throw new ImageFormatException(name, reason);
        }
        finally
        {
            s_errors.ExitWriteLock();
        }
    }

    /// <summary>An empty list of operations that libvips remembers, an empty buffer of errors, and its version.</summary>
    private static Version Load()
    {
        if (!ModuleInitializer.VipsInitialized)
            throw new ImageCodecException(
                $"libvips could not be loaded: {ModuleInitializer.Exception?.Message.Trim()} " +
                "It comes with the package NetVips.Native.", ModuleInitializer.Exception!);
        Cache.Max = 0;
        foreach (string domain in (string[])["VIPS", "GLib-GObject"])
            Log.SetLogHandler(
                domain, Enums.LogLevelFlags.Warning | Enums.LogLevelFlags.Critical,
                (_, _, message) => s_warnings?.Add(message ?? ""));
        return new Version(NetVips.NetVips.Version(0), NetVips.NetVips.Version(1), NetVips.NetVips.Version(2));
    }

    private static RgbImage? Attempt(byte[] file, VipsLoader loader, Func<Image, RgbImage> read, out string reason)
    {
        List<string> warnings = s_warnings = [];
        reason = "";
        try
        {
            RgbImage pixels;
            string[] before;
            using (Image image = (Image)Operation.Call(loader.Operation, loader.Options(), file))
            {
                before = [.. warnings];
                pixels = read(image);
            }
            // Some come only when the image is closed.
            if (!loader.WarningsCount || warnings.TrueForAll(before.Contains))
                return pixels;
            throw new VipsException("");
        }
        catch (VipsException failure)
        {
            reason = VipsWords.Reason(warnings, failure.Message);
            return null;
        }
        finally
        {
            s_warnings = null;
        }
    }
}
