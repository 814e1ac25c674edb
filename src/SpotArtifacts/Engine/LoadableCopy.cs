using System.Globalization;
using System.Runtime.InteropServices;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Engine;

/// <summary>
/// Copies of native libraries with a changed statement in their tables, which Linux systems load where they would not load the
/// original. The originals are never touched: hard links reach into the package cache.
/// </summary>
internal static class LoadableCopy
{
    private const string StandardLibrary = "libstdc++.so.6";

    /// <summary>
    /// Which file to load for TorchSharp's native library. It names GLIBCXX_3.4.32 for one symbol that nothing in it uses, so
    /// Debian 12, Ubuntu 22.04 and RHEL 9 refuse it although everything it calls is there. In the copy that one demand is weak.
    /// </summary>
    /// <param name="original">Full path of libLibTorchSharp.so.</param>
    /// <returns>The original where the system has what it asks for, else a copy, made when there is none yet; and why.</returns>
    /// <exception cref="NativeEngineException">The system's libstdc++ lacks something that is used, or no copy can be
    /// written.</exception>
    public static (string File, string Reason) Of(string original)
    {
        if (SystemFile(StandardLibrary) is not { } system)
            return (original, $"no {StandardLibrary} was found in this process");
        byte[] content = File.ReadAllBytes(original);
        ElfLibrary library = Parse(content, original);
        VersionNeed[] missing = Missing(library, Parse(File.ReadAllBytes(system), system).Definitions());
        if (missing.Length == 0)
            return (original, $"{system} has every version it asks for");
        string names = string.Join(", ", missing.Select(need => need.Version));
        string[] used = [.. missing.SelectMany(library.SymbolsInUse)];
        if (used.Length > 0)
            throw new NativeEngineException(
                $"{original} needs {names} of libstdc++, which {system} lacks, for {string.Join(", ", used)}; "
                + "install a newer libstdc++ (GCC 12 or later)");
        return (Store(original, content, library.WithWeak(missing)),
            $"{system} lacks {names}, which nothing in the library uses");
    }

    /// <summary>
    /// A library that does nothing but answer to a name: TorchSharp looks for torch_cpu.so before libtorch_cpu.so, and finding
    /// it loaded does not load the program's own libtorch beside the one that was asked for, which would end the process.
    /// </summary>
    /// <param name="folder">A libtorch folder; its libtorch.so is empty but for its dependencies.</param>
    /// <param name="name">The name to answer to, as <c>torch_cpu.so</c>.</param>
    /// <exception cref="NativeEngineException">There is no such copy to be made, or it cannot be written.</exception>
    public static string Answering(string folder, string name)
    {
        string original = Path.Combine(folder, "libtorch.so");
        byte[] content = File.ReadAllBytes(original);
        byte[] renamed = Parse(content, original).Renamed(name)
            ?? throw new NativeEngineException(
                $"{original} is not built as expected: it does not depend on lib{name}; unset {EngineLibraries.FolderVariable}");
        return Store(Path.Combine(folder, name), content, renamed);
    }

    /// <summary>The versions of libstdc++ that a library demands and this libstdc++ does not define.</summary>
    internal static VersionNeed[] Missing(ElfLibrary library, IReadOnlySet<string> defined) =>
        [.. library.Needs.Where(need => need.Library == StandardLibrary && (need.Flags & ElfLibrary.Weak) == 0
            && !defined.Contains(need.Version))];

    /// <summary>
    /// Writes a copy into the first folder that can be written to. Its name carries the original's checksum, so that a new
    /// version of the package makes a new copy; one that is there already is taken if every byte is right. Several processes may
    /// do this at once: each renames a file of the same bytes into place.
    /// </summary>
    internal static string Store(string original, byte[] content, byte[] changed, IEnumerable<string>? folders = null)
    {
        string name = string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileNameWithoutExtension(original)}-{Crc32C.Append(0, content):x8}.so");
        var refusals = new List<string>();
        foreach (string folder in folders ?? Folders(original))
        {
            string file = Path.Combine(folder, name);
            try
            {
                if (File.Exists(file) && File.ReadAllBytes(file).AsSpan().SequenceEqual(changed))
                    return file;
                Directory.CreateDirectory(folder);
                AtomicFile.Write(file, changed);
                return file;
            }
            catch (Exception e) when (e is OutputException || OutputException.IsSystems(e))
            {
                refusals.Add(e.Message);
            }
        }
        throw new NativeEngineException(
            $"this system needs a changed copy of {original}, and it could not be written: {string.Join("; ", refusals)}; "
            + "set XDG_CACHE_HOME to a folder that can be written to");
    }

    // Beside the original where that is part of this program, not of the package cache or another installation; else in the
    // user's cache.
    private static IEnumerable<string> Folders(string original)
    {
        string beside = Path.GetDirectoryName(original)!,
        program = Path.TrimEndingDirectorySeparator(Path.GetFullPath(AppContext.BaseDirectory));
        if (beside == program || beside.StartsWith(program + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            yield return beside;
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

    private static ElfLibrary Parse(byte[] content, string file)
    {
        try
        {
            return ElfLibrary.Read(content);
        }
        catch (InvalidDataException e)
        {
            throw new NativeEngineException($"{file} cannot be read as a shared library: {e.Message}; restore the package again",
                e);
        }
    }
}
