using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace SpotArtifacts.Images;

/// <summary>Finds, loads and checks libspot_images once per process.</summary>
/// <remarks>
/// Looked for in the folder that the environment variable <c>SPOT_NATIVE_DIR</c> names and nowhere else when it is set;
/// otherwise in <c>artifacts/native/</c> of the application's folder and of each folder above it, then beside the application, where a build
/// of a program that uses this library puts a copy.
/// </remarks>
public static class NativeImageCodecs
{
    /// <summary>The environment variable that names the folder of the native libraries.</summary>
    public const string DirectoryVariable = "SPOT_NATIVE_DIR";

    internal const int ExpectedAbi = 3;

    private static readonly Lazy<nint> Handle = new(() =>
        Load(Environment.GetEnvironmentVariable(DirectoryVariable), AppContext.BaseDirectory));

    private static readonly Lazy<bool> Ready = new(Prepare);

    internal static string FileName =>
        OperatingSystem.IsWindows() ? "spot_images.dll" : OperatingSystem.IsMacOS() ? "libspot_images.dylib" : "libspot_images.so";

    /// <summary>Loads the library if that has not happened yet, and compares its ABI number with the expected one.</summary>
    /// <exception cref="NativeImageCodecsException">It is missing, does not load, or is of another version.</exception>
    public static void EnsureLoaded() => _ = Ready.Value;

    internal static nint Load(string? namedDirectory, string baseDirectory)
    {
        StringBuilder tried = new();
        foreach (string path in Candidates(namedDirectory, baseDirectory))
        {
            if (!File.Exists(path))
            {
                tried.Append("\n  ").Append(path).Append(": no such file");
                continue;
            }
            try
            {
                return NativeLibrary.Load(path);
            }
            catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
            {
                // A library that exists and does not load is the problem to solve; looking further would hide it.
                tried.Append("\n  ").Append(path).Append(": ").Append(failure.Message.Trim());
                break;
            }
        }
        throw new NativeImageCodecsException(
            $"The image codecs ({FileName}) could not be loaded. Build them (see native/spot_images/CMakeLists.txt) or set " +
            $"{DirectoryVariable} to the folder that holds them. Tried:{tried}");
    }

    private static IEnumerable<string> Candidates(string? namedDirectory, string baseDirectory)
    {
        if (!string.IsNullOrEmpty(namedDirectory))
        {
            yield return Path.Combine(Path.GetFullPath(namedDirectory), FileName);
            yield break;
        }
        for (DirectoryInfo? folder = new(baseDirectory); folder is not null; folder = folder.Parent)
            yield return Path.Combine(folder.FullName, "artifacts", "native", FileName);
        yield return Path.Combine(baseDirectory, FileName);
    }

    private static bool Prepare()
    {
        NativeLibrary.SetDllImportResolver(typeof(NativeImageCodecs).Assembly, Resolve);
        _ = Handle.Value; // here, so that the exception is ours and not wrapped by the call that needed it
        int abi = Interop.SpotImages.AbiVersion();
        return abi == ExpectedAbi ? true : throw new NativeImageCodecsException(
            $"{FileName} has ABI {abi}, this program needs {ExpectedAbi}: build native/spot_images again");
    }

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? search) =>
        library == Interop.SpotImages.Library ? Handle.Value : 0;
}

/// <summary>The native image codecs are missing or unusable; the message says what was tried and what the loader said.</summary>
public sealed class NativeImageCodecsException : SpotException
{
    /// <summary>With the whole story in one message.</summary>
    public NativeImageCodecsException(string message) : base(message)
    {
    }
}
