using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace SpotArtifacts.Distributed;

/// <summary>
/// MPI's world. Calls are made one at a time (MPI_THREAD_SERIALIZED), from the threads that compute and from one of its own: most
/// MPIs carry a sum forward only while somebody calls them, so that thread asks about every sum on its way each millisecond.
/// </summary>
internal sealed class MpiCommunicator : ICommunicator
{
    private readonly MpiHandles _mpi;
    private readonly Lock _turn = new();
    private readonly List<Sum> _pending = [];
    private readonly ManualResetEventSlim _work = new(false);
    private Thread? _progress;
    private volatile bool _ended;

    private MpiCommunicator(MpiHandles handles, string description) => (_mpi, Description) = (handles, description);

    /// <inheritdoc/>
    public int Rank { get; private init; }

    /// <inheritdoc/>
    public int Size { get; private init; }

    /// <inheritdoc/>
    public string Description { get; }

    /// <summary>Starts MPI; once in a process, and never again after its end.</summary>
    /// <exception cref="MpiException">It does not start, or not for several threads.</exception>
    internal static unsafe MpiCommunicator Start(MpiLibrary library)
    {
        MpiHandles handles = MpiHandles.Of(library.Family, library.Handle);
        int provided = 0, rank = 0, size = 0;
        Check(Mpi.InitThread(0, 0, handles.ThreadSerialized, &provided), "MPI_Init_thread");
        if (provided < handles.ThreadSerialized)
            throw new MpiException(
                $"{library.Name} ({library.Version}) is built for one thread; this needs MPI_THREAD_SERIALIZED");
        Check(Mpi.CommSetErrhandler(handles.World, handles.ErrorsReturn), "MPI_Comm_set_errhandler");
        Check(Mpi.CommRank(handles.World, &rank), "MPI_Comm_rank");
        Check(Mpi.CommSize(handles.World, &size), "MPI_Comm_size");
        return new MpiCommunicator(handles, $"{library.Version} ({library.Name})") { Rank = rank, Size = size };
    }

    /// <inheritdoc/>
    public unsafe void Broadcast(Span<byte> bytes, int root)
    {
        lock (_turn)
            fixed (byte* first = bytes)
                Check(Mpi.Bcast((nint)first, bytes.Length, _mpi.Byte, root, _mpi.World), "MPI_Bcast");
    }

    /// <inheritdoc/>
    public void Broadcast(Floats values, int root)
    {
        lock (_turn)
            Check(Mpi.Bcast(values.Address, Count(values.Count), _mpi.Float, root, _mpi.World), "MPI_Bcast");
    }

    /// <inheritdoc/>
    public unsafe void Gather(ReadOnlySpan<byte> mine, Span<byte> all)
    {
        RequireParts(mine.Length, all.Length);
        lock (_turn)
            fixed (byte* sent = mine, received = all)
                Check(Mpi.Allgather((nint)sent, mine.Length, _mpi.Byte, (nint)received, mine.Length, _mpi.Byte, _mpi.World),
                    "MPI_Allgather");
    }

    /// <inheritdoc/>
    public void Gather(Floats mine, Floats all)
    {
        RequireParts(mine.Count, all.Count);
        lock (_turn)
            Check(Mpi.Allgather(mine.Address, Count(mine.Count), _mpi.Float, all.Address, Count(mine.Count), _mpi.Float,
                _mpi.World), "MPI_Allgather");
    }

    /// <inheritdoc/>
    public unsafe IPendingSum StartSum(Floats values)
    {
        Sum sum = new(this);
        lock (_turn)
        {
            Check(Mpi.Iallreduce(_mpi.InPlace, values.Address, Count(values.Count), _mpi.Float, _mpi.Sum, _mpi.World,
                sum.Request), "MPI_Iallreduce");
            _pending.Add(sum);
        }
        if (_progress is null)
        {
            _progress = new Thread(Progress) { IsBackground = true, Name = "MPI progress" };
            _progress.Start();
        }
        _work.Set();
        return sum;
    }

    /// <inheritdoc/>
    public void Exchange(Floats sent, Floats received)
    {
        RequireParts(sent.Count / Size, sent.Count);
        RequireParts(sent.Count / Size, received.Count);
        int part = Count(sent.Count / Size);
        lock (_turn)
            Check(Mpi.Alltoall(sent.Address, part, _mpi.Float, received.Address, part, _mpi.Float, _mpi.World), "MPI_Alltoall");
    }

    /// <inheritdoc/>
    public void Barrier()
    {
        lock (_turn)
            Check(Mpi.Barrier(_mpi.World), "MPI_Barrier");
    }

    /// <inheritdoc/>
    /// <remarks>Does not wait for its turn: whoever has it may be waiting for a rank that will never come.</remarks>
    public void Abort(int status) => _ = Mpi.Abort(_mpi.World, status);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ended)
            return;
        _ended = true;
        _work.Set();
        _progress?.Join();
        lock (_turn)
            Check(Mpi.Finish(), "MPI_Finalize");
        _work.Dispose();
    }

    // MPI counts in 32 bits; what is exchanged here is cut into buckets far below that.
    private static int Count(long count) => count is >= 0 and <= int.MaxValue ? (int)count
        : throw new ArgumentOutOfRangeException(nameof(count), count, "MPI counts to 2^31 - 1");

    private void RequireParts(long mine, long all)
    {
        if (mine * Size != all)
            throw new ArgumentException($"{Size} ranks of {mine} give {mine * Size}, the buffer takes {all}");
    }

    private void Progress()
    {
        while (!_ended)
        {
            _work.Wait();
            lock (_turn)
            {
                foreach (Sum sum in _pending.ToArray())
                    sum.Ask();
                if (_pending.Count == 0 && !_ended)
                    _work.Reset();
            }
            Thread.Sleep(1);
        }
    }

    private static unsafe void Check(int code, string function)
    {
        if (code == 0)
            return;
        byte* text = stackalloc byte[8193];
        int length = 0;
        _ = Mpi.ErrorString(code, text, &length);
        throw new MpiException($"{function} failed: {Encoding.UTF8.GetString(text, length).Trim()}");
    }

    private sealed unsafe class Sum : IPendingSum
    {
        private readonly MpiCommunicator _owner;
        private readonly long _since = Stopwatch.GetTimestamp();
        private long _until;
        private int _code;

        internal Sum(MpiCommunicator owner)
        {
            _owner = owner;
            Request = (nint*)NativeMemory.AllocZeroed((nuint)sizeof(nint));
        }

        // MPI keeps the address: it must not move.
        internal nint* Request { get; private set; }

        public TimeSpan InFlight => Stopwatch.GetElapsedTime(_since, _until);

        public void Finish()
        {
            SpinWait spin = default;
            while (true)
            {
                lock (_owner._turn)
                {
                    Ask();
                    if (_until != 0)
                        break;
                }
                spin.SpinOnce(sleep1Threshold: -1); // never sleeps: a sum takes less than a timer's tick
            }
            Check(_code, "MPI_Iallreduce");
        }

        // With the turn.
        internal void Ask()
        {
            if (_until != 0)
                return;
            int done = 0;
            _code = Mpi.Test(Request, &done, _owner._mpi.StatusIgnore);
            if (done == 0 && _code == 0)
                return;
            _until = Stopwatch.GetTimestamp();
            _owner._pending.Remove(this);
            NativeMemory.Free(Request);
            Request = null;
        }
    }
}
