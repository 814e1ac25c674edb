using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace SpotArtifacts.Engine;

/// <summary>What a kernel does with a part of its elements; a struct of pointers and numbers.</summary>
internal interface IRangeKernel
{
    /// <summary>Does elements <paramref name="begin"/> to <paramref name="end"/> (excluded); several parts run at once.</summary>
    void Run(long begin, long end);
}

/// <summary>
/// Runs kernels on as many threads as libtorch's operators use. Where libtorch brings GNU OpenMP, they run on its own team:
/// those threads spin for a while after each operator, and a second set of threads beside them would wait for the cores.
/// Elsewhere they run on .NET's pool. How the elements are split changes no result.
/// </summary>
internal static unsafe class KernelThreads
{
    private static readonly OpenMp? s_openMp = OpenMp.Find();

    /// <summary>Whether kernels run on libtorch's OpenMP team.</summary>
    public static bool UsesOpenMp => s_openMp is not null;

    /// <summary>
    /// Runs a kernel over elements 0 to <paramref name="count"/>, in at most as many parts as there are threads.
    /// </summary>
    /// <param name="count">Number of elements.</param>
    /// <param name="grain">Fewest elements worth a thread of their own.</param>
    /// <param name="kernel">What to do with each part.</param>
    public static void For<TKernel>(long count, long grain, TKernel kernel) where TKernel : unmanaged, IRangeKernel =>
        For(count, grain, kernel, s_openMp);

    /// <summary>As <see cref="For{TKernel}(long, long, TKernel)"/>, on .NET's pool, as where there is no GNU OpenMP.</summary>
    internal static void ForOnPool<TKernel>(long count, long grain, TKernel kernel) where TKernel : unmanaged, IRangeKernel =>
        For(count, grain, kernel, openMp: null);

    private static void For<TKernel>(long count, long grain, TKernel kernel, OpenMp? openMp) where TKernel : unmanaged,
    IRangeKernel
    {
        if (count <= 0)
            return;
        int threads = (int)Math.Min(NativeEngine.ThreadCount, (count + grain - 1) / grain);
        if (threads <= 1)
        {
            kernel.Run(0, count);
            return;
        }
        var work = new Work { Count = count, Kernel = &kernel, Run = &Run<TKernel>, Threads = threads };
        if (openMp is null)
            RunOnPool(&work);
        else
            openMp.Parallel(&work);
        if (work.Failure != 0)
            Rethrow(work.Failure);
    }

    private static void Run<TKernel>(void* kernel, long begin, long end) where TKernel : unmanaged,
    IRangeKernel => ((TKernel*)kernel)->Run(begin, end);

    private static void RunOnPool(Work* work)
    {
        nint address = (nint)work;
        Parallel.For(0, work->Threads, part => RunPart((Work*)address, part, ((Work*)address)->Threads));
    }

    private static void RunPart(Work* work, int part, int parts)
    {
        long share = (work->Count + parts - 1) / parts, begin = part * share, end = Math.Min(work->Count, begin + share);
        if (begin >= end)
            return;
        try
        {
            work->Run(work->Kernel, begin, end);
        }
        catch (Exception e)
        {
            // An exception must not reach native frames.
            nint failure = GCHandle.ToIntPtr(GCHandle.Alloc(e));
            if (Interlocked.CompareExchange(ref work->Failure, failure, 0) != 0)
                GCHandle.FromIntPtr(failure).Free();
        }
    }

    private static void Rethrow(nint failure)
    {
        var handle = GCHandle.FromIntPtr(failure);
        var exception = (Exception)handle.Target!;
        handle.Free();
        ExceptionDispatchInfo.Throw(exception);
    }

    private struct Work
    {
        public long Count;
        public void* Kernel;
        public delegate*<void*, long, long, void> Run;
        public int Threads;
        public nint Failure;
    }

    /// <summary>The three functions of GNU OpenMP that are needed; they are those libtorch itself calls.</summary>
    private sealed class OpenMp(nint parallel, nint threadNumber, nint threadCount)
    {
        private static OpenMp? s_instance;

        public static OpenMp? Find()
        {
            // Looked up through libtorch's handle, so that no second OpenMP library can be meant.
            nint torch = NativeEngine.TorchHandle;
            if (!OperatingSystem.IsLinux() || !NativeLibrary.TryGetExport(torch, "GOMP_parallel", out nint parallel)
                || !NativeLibrary.TryGetExport(torch, "omp_get_thread_num", out nint number)
                || !NativeLibrary.TryGetExport(torch, "omp_get_num_threads", out nint count))
                return null;
            return s_instance = new OpenMp(parallel, number, count);
        }

        public void Parallel(Work* work) =>
            ((delegate* unmanaged<delegate* unmanaged[Cdecl]<void*, void>, void*, uint, uint, void>)parallel)(&Enter, work,
                (uint)work->Threads, 0);

        // Called once on each thread of the team.
        [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
        private static void Enter(void* work) => s_instance!.RunPartOfThis((Work*)work);

        private void RunPartOfThis(Work* work) =>
            RunPart(work, ((delegate* unmanaged<int>)threadNumber)(), ((delegate* unmanaged<int>)threadCount)());
    }
}
