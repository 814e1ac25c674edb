using System.Runtime.InteropServices;

namespace SpotArtifacts.Distributed;

/// <summary>
/// The functions of MPI that are used, of whichever library <see cref="MpiLibrary"/> has loaded. Handles are pointers in Open MPI
/// and in the standard's own ABI, 32-bit integers in MPICH: a register holds either, and a request's variable has room for both.
/// </summary>
internal static partial class Mpi
{
    internal const string Library = "spot-mpi";

    [LibraryImport(Library, EntryPoint = "MPI_Get_library_version")]
    internal static unsafe partial int GetLibraryVersion(byte* text, int* length);

    [LibraryImport(Library, EntryPoint = "MPI_Error_string")]
    internal static unsafe partial int ErrorString(int code, byte* text, int* length);

    [LibraryImport(Library, EntryPoint = "MPI_Init_thread")]
    internal static unsafe partial int InitThread(nint argumentCount, nint arguments, int required, int* provided);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_set_errhandler")]
    internal static partial int CommSetErrhandler(nint communicator, nint handler);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_rank")]
    internal static unsafe partial int CommRank(nint communicator, int* rank);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_size")]
    internal static unsafe partial int CommSize(nint communicator, int* size);

    [LibraryImport(Library, EntryPoint = "MPI_Bcast")]
    internal static partial int Bcast(nint buffer, int count, nint type, int root, nint communicator);

    [LibraryImport(Library, EntryPoint = "MPI_Iallreduce")]
    internal static unsafe partial int Iallreduce(
        nint sent, nint received, int count, nint type, nint operation, nint communicator, nint* request);

    [LibraryImport(Library, EntryPoint = "MPI_Test")]
    internal static unsafe partial int Test(nint* request, int* done, nint status);

    [LibraryImport(Library, EntryPoint = "MPI_Allgather")]
    internal static partial int Allgather(
        nint sent, int sentCount, nint sentType, nint received, int receivedCount, nint receivedType, nint communicator);

    [LibraryImport(Library, EntryPoint = "MPI_Alltoall")]
    internal static partial int Alltoall(
        nint sent, int sentCount, nint sentType, nint received, int receivedCount, nint receivedType, nint communicator);

    [LibraryImport(Library, EntryPoint = "MPI_Barrier")]
    internal static partial int Barrier(nint communicator);

    [LibraryImport(Library, EntryPoint = "MPI_Abort")]
    internal static partial int Abort(nint communicator, int code);

    [LibraryImport(Library, EntryPoint = "MPI_Finalize")]
    internal static partial int Finish();
}
