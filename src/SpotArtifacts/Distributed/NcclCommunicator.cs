using System.Runtime.InteropServices;

namespace SpotArtifacts.Distributed;

/// <summary>
/// NCCL between the CUDA devices of ranks: numbers on devices go through it, bytes of the processor through the communicator that
/// it was made over. Sums run on a stream of their own beside the computing, which waits for them on the device, not here.
/// </summary>
internal sealed unsafe class NcclCommunicator : ICommunicator
{
    // TorchSharp computes on each device's default stream.
    private const nint Computing = 0;

    private readonly ICommunicator _host;
    private readonly nint _nccl, _stream;

    /// <summary>Joins the devices of all ranks.</summary>
    /// <param name="host">Between the processes.</param>
    /// <param name="device">Number of this rank's device.</param>
    /// <exception cref="MpiException">NCCL is not there, or does not start.</exception>
    public NcclCommunicator(ICommunicator host, int device)
    {
        ArgumentNullException.ThrowIfNull(host);
        _host = host;
        if (NcclLibrary.Current.Missing is { Length: > 0 } missing)
            throw new MpiException($"ranks on CUDA devices need NCCL, which cannot be loaded: {missing}. It comes with PyTorch "
                + "(nvidia-nccl) or as libnccl2; LD_LIBRARY_PATH says where it is");
        _ = MpiLibrary.Current; // whose resolver finds NCCL
        CheckCuda(Nccl.SetDevice(device), "cudaSetDevice");
        Nccl.UniqueId id = default;
        if (host.Rank == 0)
            Check(Nccl.GetUniqueId(&id), "ncclGetUniqueId");
        host.Broadcast(MemoryMarshal.AsBytes(new Span<Nccl.UniqueId>(ref id)), root: 0);
        nint nccl = 0, stream = 0;
        Check(Nccl.CommInitRank(&nccl, host.Size, id, host.Rank), "ncclCommInitRank");
        CheckCuda(Nccl.StreamCreate(&stream, Nccl.NonBlocking), "cudaStreamCreateWithFlags");
        (_nccl, _stream) = (nccl, stream);
    }

    /// <inheritdoc/>
    public int Rank => _host.Rank;

    /// <inheritdoc/>
    public int Size => _host.Size;

    /// <inheritdoc/>
    public string Description => $"{_host.Description}, NCCL {Version} between devices";

    /// <summary>NCCL's version.</summary>
    internal static string Version
    {
        get
        {
            int version = 0;
            Check(Nccl.GetVersion(&version), "ncclGetVersion");
            return $"{version / 10000}.{version / 100 % 100}.{version % 100}";
        }
    }

    /// <inheritdoc/>
    public void Broadcast(Span<byte> bytes, int root) => _host.Broadcast(bytes, root);

    /// <inheritdoc/>
    public void Broadcast(Floats values, int root) =>
        Check(Nccl.Broadcast(values.Address, values.Address, (nuint)values.Count, Nccl.Float32, root, _nccl, Computing),
            "ncclBroadcast");

    /// <inheritdoc/>
    public void Gather(ReadOnlySpan<byte> mine, Span<byte> all) => _host.Gather(mine, all);

    /// <inheritdoc/>
    public void Gather(Floats mine, Floats all) =>
        Check(Nccl.AllGather(mine.Address, all.Address, (nuint)mine.Count, Nccl.Float32, _nccl, Computing), "ncclAllGather");

    /// <inheritdoc/>
    public IPendingSum StartSum(Floats values)
    {
        After(_stream, Computing);
        Check(Nccl.AllReduce(values.Address, values.Address, (nuint)values.Count, Nccl.Float32, Nccl.Sum, _nccl, _stream),
            "ncclAllReduce");
        return new Sum(_stream);
    }

    /// <inheritdoc/>
    public void Exchange(Floats sent, Floats received)
    {
        long part = sent.Count / Size;
        Check(Nccl.GroupStart(), "ncclGroupStart");
        for (int peer = 0; peer < Size; peer++)
        {
            nint offset = checked((nint)(part * sizeof(float) * peer));
            Check(Nccl.Send(sent.Address + offset, (nuint)part, Nccl.Float32, peer, _nccl, Computing), "ncclSend");
            Check(Nccl.Receive(received.Address + offset, (nuint)part, Nccl.Float32, peer, _nccl, Computing), "ncclRecv");
        }
        Check(Nccl.GroupEnd(), "ncclGroupEnd");
    }

    /// <inheritdoc/>
    public void Barrier() => _host.Barrier();

    /// <inheritdoc/>
    public void Abort(int status) => _host.Abort(status);

    /// <inheritdoc/>
    public void Dispose()
    {
        Check(Nccl.CommDestroy(_nccl), "ncclCommDestroy");
        CheckCuda(Nccl.StreamDestroy(_stream), "cudaStreamDestroy");
    }

    // What is on one stream from here on waits for what is on another up to here.
    private static void After(nint stream, nint other)
    {
        nint marked = 0;
        CheckCuda(Nccl.EventCreate(&marked, Nccl.WithoutTiming), "cudaEventCreateWithFlags");
        CheckCuda(Nccl.EventRecord(marked, other), "cudaEventRecord");
        CheckCuda(Nccl.StreamWait(stream, marked, 0), "cudaStreamWaitEvent");
        CheckCuda(Nccl.EventDestroy(marked), "cudaEventDestroy"); // the runtime keeps it until it has happened
    }

    private static void Check(int code, string function)
    {
        if (code != 0)
            throw new MpiException($"{function} failed: {Marshal.PtrToStringUTF8(Nccl.ErrorString(code))} ({code})");
    }

    private static void CheckCuda(int code, string function)
    {
        if (code != 0)
            throw new MpiException($"{function} failed with CUDA's error {code}");
    }

    private sealed class Sum(nint stream) : IPendingSum
    {
        public TimeSpan InFlight => TimeSpan.Zero;

        public void Finish() => After(Computing, stream);
    }
}
