using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace SpotArtifacts.Distributed;

/// <summary>
/// The MPI of this system, loaded when it is first needed. Where a launcher started the process, the library that belongs to it is
/// looked for first behind the standard's own; <see cref="Variable"/> names one and no other.
/// </summary>
internal sealed class MpiLibrary
{
    /// <summary>The environment variable that names a library, or says <c>off</c>.</summary>
    internal const string Variable = "SPOT_MPI";

    private const string Remedy = $"Name another, or say {Variable}=off.";

    private const string Standard = "libmpi_abi.so.0";

    private static readonly Lazy<MpiLibrary> s_current = new(() =>
    {
        MpiFamily? launcher = Launch.Of(Environment.GetEnvironmentVariable).Family;
        MpiLibrary found = Find(Environment.GetEnvironmentVariable(Variable), launcher, Dl.Open);
        NativeLibrary.SetDllImportResolver(typeof(MpiLibrary).Assembly, Resolve);
        return found;
    });

    private MpiLibrary(nint handle, string name, MpiFamily family, IReadOnlyList<string> others) =>
        (Handle, Name, Family, Others) = (handle, name, family, others);

    /// <summary>What was found in this process.</summary>
    /// <exception cref="MpiException">The one that the environment names does not load.</exception>
    internal static MpiLibrary Current => s_current.Value;

    /// <summary>The loader's; 0 where there is no MPI.</summary>
    internal nint Handle { get; }

    /// <summary>Name it was loaded by; empty for none.</summary>
    internal string Name { get; }

    /// <summary>Whose handles it takes.</summary>
    internal MpiFamily Family { get; }

    /// <summary>Why each of the others is not in use.</summary>
    internal IReadOnlyList<string> Others { get; }

    /// <summary>What the library says it is, in one line.</summary>
    internal unsafe string Version
    {
        get
        {
            if (Handle == 0)
                return "";
            byte* text = stackalloc byte[8193];
            int length = 0;
            _ = Mpi.GetLibraryVersion(text, &length);
            string first = Encoding.UTF8.GetString(text, length).Split('\n')[0];
            return first.Replace("\t", " ", StringComparison.Ordinal).Replace(":  ", " ", StringComparison.Ordinal)
                .Split(", package")[0].Trim(' ', '\0');
        }
    }

    /// <summary>Opens what the variable asks for, or the first that loads.</summary>
    /// <param name="asked">The variable's value; null or empty for a search.</param>
    /// <param name="launcher">Whose launcher started this process; null where that is not known.</param>
    /// <param name="open">Loads by name; 0 and the loader's words where it cannot.</param>
    /// <exception cref="MpiException">The named library does not load.</exception>
    internal static MpiLibrary Find(string? asked, MpiFamily? launcher, Opener open)
    {
        if (string.Equals(asked, "off", StringComparison.OrdinalIgnoreCase))
            return new MpiLibrary(0, "", default, [$"{Variable}=off"]);
        if (!string.IsNullOrEmpty(asked))
            return Named(asked, open);
        (nint Handle, string Name, MpiFamily Family) found = default;
        List<string> others = [];
        foreach ((string name, MpiFamily family) in Candidates(launcher))
        {
            if (found.Handle != 0)
                others.Add($"{name} not tried: {found.Name} serves");
            else if (open(name, out string error) is not 0 and nint handle)
                found = (handle, name, family);
            else
                others.Add($"{name} not loaded: {error}");
        }
        return new MpiLibrary(found.Handle, found.Name ?? "", found.Family, others);
    }

    private static MpiLibrary Named(string path, Opener open)
    {
        nint handle = open(path, out string error);
        if (handle == 0)
            throw new MpiException($"{Variable}={path}: the library cannot be loaded. The loader says: {error}. {Remedy}");
        if (!NativeLibrary.TryGetExport(handle, "MPI_Init_thread", out _))
            throw new MpiException($"{Variable}={path}: this library has no MPI_Init_thread, so it is no MPI. {Remedy}");
        MpiFamily family = FamilyOf(path, handle) ?? throw new MpiException(
            $"{Variable}={path}: this library has neither Open MPI's nor MPICH's binary interface, nor says that it has the "
            + $"standard's own (MPI_Abi_get_version). {Remedy}");
        return new MpiLibrary(handle, path, family, [$"{Variable} names this one and no other"]);
    }

    // A handle of another interface means something else, or ends the process: no family is taken on suspicion. What is looked for
    // is named by each family's mpi.h, so that programs compiled with it cannot do without.
    private static MpiFamily? FamilyOf(string path, nint handle)
    {
        bool Exports(string name) => NativeLibrary.TryGetExport(handle, name, out _);
        return Path.GetFileName(path).StartsWith("libmpi_abi", StringComparison.Ordinal) ? MpiFamily.Standard
            : Exports("ompi_mpi_comm_world") ? MpiFamily.OpenMpi
            : Exports("MPIR_Dup_fn") ? MpiFamily.Mpich
            : Exports("MPI_Abi_get_version") ? MpiFamily.Standard : null;
    }

    private static IEnumerable<(string Name, MpiFamily Family)> Candidates(MpiFamily? launcher)
    {
        (string, MpiFamily)[] open = [("libmpi.so.40", MpiFamily.OpenMpi)],
            mpich = [("libmpi.so.12", MpiFamily.Mpich), ("libmpich.so.12", MpiFamily.Mpich)];
        IEnumerable<(string, MpiFamily)> others = launcher == MpiFamily.Mpich ? mpich.Concat(open) : open.Concat(mpich);
        return others.Prepend((Standard, MpiFamily.Standard));
    }

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? search) => library switch
    {
        Mpi.Library => Current.Handle,
        Distributed.Nccl.Library => NcclLibrary.Current.Nccl,
        Distributed.Nccl.Runtime => NcclLibrary.Current.Runtime,
        _ => 0,
    };

    /// <summary>Loads a library by name.</summary>
    internal delegate nint Opener(string file, out string error);
}
