using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SpotArtifacts.Distributed;

/// <summary>NCCL's functions, and those of the CUDA runtime that order its work among a stream's.</summary>
internal static partial class Nccl
{
    internal const string Library = "spot-nccl", Runtime = "spot-cudart";

    /// <summary>Constants of nccl.h.</summary>
    internal const int Float32 = 7, Sum = 0;

    /// <summary>cudaStreamNonBlocking and cudaEventDisableTiming.</summary>
    internal const uint NonBlocking = 1, WithoutTiming = 2;

    /// <summary>What all ranks of a communicator share.</summary>
    [InlineArray(128)]
    internal struct UniqueId
    {
        private byte _first;
    }

    [LibraryImport(Library, EntryPoint = "ncclGetVersion")]
    internal static unsafe partial int GetVersion(int* version);

    [LibraryImport(Library, EntryPoint = "ncclGetErrorString")]
    internal static partial nint ErrorString(int code);

    [LibraryImport(Library, EntryPoint = "ncclGetUniqueId")]
    internal static unsafe partial int GetUniqueId(UniqueId* id);

    [LibraryImport(Library, EntryPoint = "ncclCommInitRank")]
    internal static unsafe partial int CommInitRank(nint* communicator, int size, UniqueId id, int rank);

    [LibraryImport(Library, EntryPoint = "ncclCommDestroy")]
    internal static partial int CommDestroy(nint communicator);

    [LibraryImport(Library, EntryPoint = "ncclAllReduce")]
    internal static partial int AllReduce(
        nint sent, nint received, nuint count, int type, int operation, nint communicator, nint stream);

    [LibraryImport(Library, EntryPoint = "ncclBroadcast")]
    internal static partial int Broadcast(
        nint sent, nint received, nuint count, int type, int root, nint communicator, nint stream);

    [LibraryImport(Library, EntryPoint = "ncclAllGather")]
    internal static partial int AllGather(nint sent, nint received, nuint count, int type, nint communicator, nint stream);

    [LibraryImport(Library, EntryPoint = "ncclSend")]
    internal static partial int Send(nint sent, nuint count, int type, int peer, nint communicator, nint stream);

    [LibraryImport(Library, EntryPoint = "ncclRecv")]
    internal static partial int Receive(nint received, nuint count, int type, int peer, nint communicator, nint stream);

    [LibraryImport(Library, EntryPoint = "ncclGroupStart")]
    internal static partial int GroupStart();

    [LibraryImport(Library, EntryPoint = "ncclGroupEnd")]
    internal static partial int GroupEnd();

    [LibraryImport(Runtime, EntryPoint = "cudaSetDevice")]
    internal static partial int SetDevice(int device);

    [LibraryImport(Runtime, EntryPoint = "cudaStreamCreateWithFlags")]
    internal static unsafe partial int StreamCreate(nint* stream, uint flags);

    [LibraryImport(Runtime, EntryPoint = "cudaEventCreateWithFlags")]
    internal static unsafe partial int EventCreate(nint* created, uint flags);

    [LibraryImport(Runtime, EntryPoint = "cudaEventRecord")]
    internal static partial int EventRecord(nint recorded, nint stream);

    [LibraryImport(Runtime, EntryPoint = "cudaStreamWaitEvent")]
    internal static partial int StreamWait(nint stream, nint awaited, uint flags);

    [LibraryImport(Runtime, EntryPoint = "cudaEventDestroy")]
    internal static partial int EventDestroy(nint destroyed);

    [LibraryImport(Runtime, EntryPoint = "cudaStreamDestroy")]
    internal static partial int StreamDestroy(nint stream);
}
