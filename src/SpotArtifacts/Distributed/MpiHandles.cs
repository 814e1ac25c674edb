using System.Runtime.InteropServices;

namespace SpotArtifacts.Distributed;

/// <summary>Whose binary interface a library of MPI has.</summary>
internal enum MpiFamily
{
    /// <summary>The standard's own, of MPI 5 (<c>libmpi_abi.so.0</c>).</summary>
    Standard,

    /// <summary>Open MPI's: handles are addresses of variables that it exports.</summary>
    OpenMpi,

    /// <summary>MPICH's, which Intel MPI, MVAPICH and Cray MPICH share: handles are integers.</summary>
    Mpich,
}

/// <summary>What the names of MPI stand for in a library.</summary>
/// <param name="World">MPI_COMM_WORLD.</param>
/// <param name="Float">MPI_FLOAT.</param>
/// <param name="Byte">MPI_BYTE.</param>
/// <param name="Sum">MPI_SUM.</param>
/// <param name="ErrorsReturn">MPI_ERRORS_RETURN.</param>
/// <param name="InPlace">MPI_IN_PLACE.</param>
/// <param name="StatusIgnore">MPI_STATUS_IGNORE.</param>
/// <param name="ThreadSerialized">MPI_THREAD_SERIALIZED.</param>
internal sealed record MpiHandles(
    nint World, nint Float, nint Byte, nint Sum, nint ErrorsReturn, nint InPlace, nint StatusIgnore, int ThreadSerialized)
{
    /// <summary>The handles of a loaded library.</summary>
    /// <exception cref="MpiException">It does not export what its family exports.</exception>
    internal static MpiHandles Of(MpiFamily family, nint library) => family switch
    {
        MpiFamily.Standard => new(0x101, 0x210, 0x247, 0x21, 0x143, InPlace: 1, StatusIgnore: 0, ThreadSerialized: 2048),
        MpiFamily.Mpich => new(0x44000000, 0x4c00040a, 0x4c00010d, 0x58000003, 0x54000001, InPlace: -1, StatusIgnore: 1,
            ThreadSerialized: 2),
        _ => new(Export(library, "ompi_mpi_comm_world"), Export(library, "ompi_mpi_float"), Export(library, "ompi_mpi_byte"),
            Export(library, "ompi_mpi_op_sum"), Export(library, "ompi_mpi_errors_return"), InPlace: 1, StatusIgnore: 0,
            ThreadSerialized: 2),
    };

    private static nint Export(nint library, string name) => NativeLibrary.TryGetExport(library, name, out nint address)
        ? address : throw new MpiException($"the library taken for Open MPI does not export {name}");
}
