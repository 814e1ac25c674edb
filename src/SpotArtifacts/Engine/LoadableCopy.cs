using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SpotArtifacts.Checkpoints;

namespace SpotArtifacts.Engine;

/// <summary>
/// A copy of TorchSharp's native library that Linux systems with an older libstdc++ load. The library names GLIBCXX_3.4.32
/// for one symbol that nothing in it uses, so Debian 12, Ubuntu 22.04 and RHEL 9 refuse it although everything it calls
/// is there. In the copy that one demand is weak. The original is never touched: hard links reach into the package cache.
/// </summary>
internal static class LoadableCopy
{
    private const string StandardLibrary = "libstdc++.so.6";

    /// <summary>Which file to load: the original where the system has what it asks for, else a copy, made when there is none yet.</summary>
    /// <param name="original">Full path of libLibTorchSharp.so.</param>
    /// <returns>The file to load, and why it is the original or a copy.</returns>
    /// <exception cref="NativeEngineException">The system's libstdc++ lacks something that is used, or no copy can be written.</exception>
    public static (string File, string Reason) Of(string original)
    {
        if (SystemFile(StandardLibrary) is not { } system) return (original, $"no {StandardLibrary} was found in this process");
        byte[] content = File.ReadAllBytes(original);
        ElfVersionNeeds tables = Tables(content, original);
        IReadOnlySet<string> defined = Tables(File.ReadAllBytes(system), system).Definitions();
        VersionNeed[] missing = Missing(tables, defined);
        if (missing.Length == 0) return (original, $"{system} has every version it asks for");
        string names = string.Join(", ", missing.Select(need => need.Version));
        string[] used = [.. missing.SelectMany(tables.SymbolsInUse)];
        if (used.Length > 0)
            throw new NativeEngineException(
                $"{original} needs {names} of libstdc++, which {system} lacks, for {string.Join(", ", used)}; install a newer libstdc++ (GCC 12 or later)");
        return (Write(original, content, tables.WithWeak(missing)), $"{system} lacks {names}, which nothing in the library uses");
    }

    /// <summary>The versions of libstdc++ that a library demands and this libstdc++ does not define.</summary>
    internal static VersionNeed[] Missing(ElfVersionNeeds tables, IReadOnlySet<string> defined) =>
        [.. tables.Needs.Where(need => need.Library == StandardLibrary && (need.Flags & ElfVersionNeeds.Weak) == 0 && !defined.Contains(need.Version))];

    // Beside the original where that is part of this program, not of the package cache; else in the user's cache. The name
    // carries the original's hash, so that a new version of the package makes a new copy, and equal content is taken as it is.
    private static string Write(string original, byte[] content, byte[] patched)
    {
        string name = $"libLibTorchSharp-{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}.so";
        var refusals = new List<string>();
        foreach (string folder in Folders(original))
        {
            string file = Path.Combine(folder, name);
            try
            {
                if (File.Exists(file) && File.ReadAllBytes(file).AsSpan().SequenceEqual(patched)) return file;
                Directory.CreateDirectory(folder);
                // Several processes may do this at once: each renames a whole file of the same bytes into place.
                AtomicFile.Write(file, patched);
                return file;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                refusals.Add(e.Message);
            }
        }
        throw new NativeEngineException(
            $"this system needs a copy of {original} with one flag changed, and it could not be written: {string.Join("; ", refusals)}; set XDG_CACHE_HOME to a folder that can be written to");
    }

    private static IEnumerable<string> Folders(string original)
    {
        string beside = Path.GetDirectoryName(original)!;
        if (Path.GetFullPath(beside).StartsWith(Path.GetFullPath(AppContext.BaseDirectory), StringComparison.Ordinal)) yield return beside;
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        yield return Path.IsPathRooted(cache)
            ? Path.Combine(cache!, "spot-artifacts")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "spot-artifacts");
    }

    // The runtime itself is written in C++, so the file is mapped; the loader will take that one and no other.
    private static string? SystemFile(string name)
    {
        _ = NativeLibrary.TryLoad(name, out _);
        return File.ReadLines("/proc/self/maps").Select(line => line[(line.LastIndexOf(' ') + 1)..])
            .FirstOrDefault(path => Path.GetFileName(path).StartsWith(name, StringComparison.Ordinal) && File.Exists(path));
    }

    private static ElfVersionNeeds Tables(byte[] content, string file)
    {
        try
        {
            return ElfVersionNeeds.Read(content);
        }
        catch (InvalidDataException e)
        {
            throw new NativeEngineException($"{file} cannot be read as a shared library: {e.Message}; restore the package again", e);
        }
    }
}
