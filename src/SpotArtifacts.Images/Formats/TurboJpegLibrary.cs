using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace SpotArtifacts.Images.Formats;

/// <summary>
/// Looks for libjpeg-turbo on the system, once a process: nothing has to be installed for JPEG to be read, but what is found
/// reads it several times as fast as libvips. The environment variable SPOT_TURBOJPEG names a library to use and no other, or
/// says off.
/// </summary>
internal static class TurboJpegLibrary
{
    /// <summary>The environment variable that decides.</summary>
    internal const string Variable = "SPOT_TURBOJPEG";

    private static readonly Lazy<Found> s_choice =
        new(() => Find(Environment.GetEnvironmentVariable(Variable)), LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Whether there is one to use.</summary>
    /// <exception cref="ImageCodecException">The one that the environment names cannot be used.</exception>
    internal static bool IsLoaded => s_choice.Value.Handle != 0;

    /// <summary>What was found, or why nothing was.</summary>
    /// <exception cref="ImageCodecException">The one that the environment names cannot be used.</exception>
    internal static Found Current => s_choice.Value;

    /// <summary>Opens what the variable asks for.</summary>
    /// <param name="asked">The variable's value; null or empty for a search.</param>
    /// <exception cref="ImageCodecException">A named library does not load or is none of libjpeg-turbo.</exception>
    internal static Found Find(string? asked)
    {
        if (string.Equals(asked, "off", StringComparison.OrdinalIgnoreCase))
            return new Found(0, "", $"{Variable}=off");
        if (!string.IsNullOrEmpty(asked))
            return Named(Path.GetFullPath(asked));
        StringBuilder rejected = new();
        foreach (string name in Names())
        {
            if (!NativeLibrary.TryLoad(name, out nint handle))
                continue;
            if (Missing(handle) is not { } missing)
                return new Found(handle, PathOf(handle, name), "");
            rejected.Append(rejected.Length > 0 ? "; " : "").Append(name).Append(" has no ").Append(missing);
            NativeLibrary.Free(handle);
        }
        return new Found(0, "", rejected.ToString());
    }

    private static Found Named(string path)
    {
        try
        {
            nint handle = NativeLibrary.Load(path);
            return Missing(handle) is not { } missing ? new Found(handle, path, "") : throw new ImageCodecException(
                $"{Variable}={path}: this library has no {missing}, so it is not libjpeg-turbo's TurboJPEG. Name that " +
                $"library, or say {Variable}=off.");
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            throw new ImageCodecException(
                $"{Variable}={path}: the library cannot be loaded. The loader says: " +
                $"{failure.Message.Trim()} Name another, or say {Variable}=off.", failure);
        }
    }

    private static string? Missing(nint handle) =>
        Array.Find(Interop.TurboJpeg.Exports, name => !NativeLibrary.TryGetExport(handle, name, out _));

    /// <summary>What the distributions, Homebrew and the project's own installers call it.</summary>
    private static IEnumerable<string> Names() => OperatingSystem.IsWindows()
        ? ["turbojpeg.dll", "libturbojpeg.dll", @"C:\libjpeg-turbo64\bin\turbojpeg.dll",
            @"C:\libjpeg-turbo-gcc64\bin\libturbojpeg.dll"]
        : OperatingSystem.IsMacOS()
        ? ["libturbojpeg.dylib", "libturbojpeg.0.dylib", "/opt/homebrew/opt/jpeg-turbo/lib/libturbojpeg.dylib",
            "/usr/local/opt/jpeg-turbo/lib/libturbojpeg.dylib", "/opt/libjpeg-turbo/lib/libturbojpeg.dylib"]
        : ["libturbojpeg.so.0", "libturbojpeg.so", "/opt/libjpeg-turbo/lib64/libturbojpeg.so.0"];

    /// <summary>The file behind a name that the loader resolved, where the system tells.</summary>
    private static string PathOf(nint handle, string name)
    {
        const string maps = "/proc/self/maps";
        if (Path.IsPathRooted(name) || !File.Exists(maps)
            || !NativeLibrary.TryGetExport(handle, Interop.TurboJpeg.Exports[0], out nint address))
            return name;
        foreach (string line in File.ReadLines(maps))
        {
            int dash = line.IndexOf('-', StringComparison.Ordinal), space = line.IndexOf(' ', StringComparison.Ordinal),
                slash = line.IndexOf('/', StringComparison.Ordinal);
            if (slash > 0 && Convert.ToInt64(line[..dash], 16) <= address
                && address < Convert.ToInt64(line[(dash + 1)..space], 16))
                return line[slash..];
        }
        return name;
    }

    /// <summary>What makes JPEG faster here; null where somebody has switched it off.</summary>
    internal static string? Advice(Found found)
    {
        if (found.Reason.StartsWith(Variable, StringComparison.Ordinal))
            return null;
        string install = OperatingSystem.IsWindows() ? "libjpeg-turbo's installer (libjpeg-turbo.org)"
            : OperatingSystem.IsMacOS() ? "brew install jpeg-turbo"
            : "Debian: libturbojpeg0, Ubuntu: libturbojpeg, Fedora: turbojpeg";
        return $"JPEG is read several times as fast with libjpeg-turbo ({install})" +
            (found.Reason.Length > 0 ? $"; {found.Reason}" : "");
    }

    /// <summary>For <see cref="NativeLibrary.SetDllImportResolver"/>.</summary>
    internal static nint Resolve(string library, Assembly assembly, DllImportSearchPath? search) =>
        library == Interop.TurboJpeg.Library ? Current.Handle : 0;

    /// <summary>A library, or why there is none.</summary>
    /// <param name="Handle">The loader's; 0 for none.</param>
    /// <param name="Path">Its file, as far as known.</param>
    /// <param name="Reason">Why there is none; empty where none was found.</param>
    internal sealed record Found(nint Handle, string Path, string Reason)
    {
        /// <summary>Major version of libjpeg-turbo, told by what it exports.</summary>
        internal int MajorVersion => NativeLibrary.TryGetExport(Handle, "tj3Init", out _) ? 3 : 2;
    }
}
