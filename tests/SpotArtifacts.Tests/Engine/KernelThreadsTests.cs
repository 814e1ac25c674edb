using SpotArtifacts.Engine;

namespace SpotArtifacts.Tests.Engine;

public sealed class KernelThreadsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public unsafe void For_AnyCountGrainAndThreads_DoesEachElementOnce(bool onPool)
    {
        int before = NativeEngine.ThreadCount;
        foreach (int threads in (int[])[1, 2, 3, 5])
            foreach (int count in (int[])[0, 1, 2, 7, 100, 1001])
                foreach (int grain in (int[])[1, 10, 5000])
                {
                    NativeEngine.ThreadCount = threads;
                    int[] touched = new int[count + 1];
                    fixed (int* p = touched)
                    {
                        if (onPool)
                            KernelThreads.ForOnPool(count, grain, new Counting(p));
                        else
                            KernelThreads.For(count, grain, new Counting(p));
                    }
                    Assert.All(touched[..count], times => Assert.Equal(1, times));
                    Assert.Equal(0, touched[count]);
                }
        NativeEngine.ThreadCount = before;
    }

    [Fact]
    public void UsesOpenMp_Linux_IsTrue() => Assert.Equal(OperatingSystem.IsLinux(), KernelThreads.UsesOpenMp);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void For_KernelThrows_ReachesTheCaller(int threads, bool onPool)
    {
        int before = NativeEngine.ThreadCount;
        NativeEngine.ThreadCount = threads;

        Assert.Equal("at 0", Assert.Throws<InvalidOperationException>(() =>
        {
            if (onPool)
                KernelThreads.ForOnPool(100, 1, new Throwing());
            else
                KernelThreads.For(100, 1, new Throwing());
        }).Message);

        NativeEngine.ThreadCount = before;
    }

    private readonly unsafe struct Counting(int* touched) : IRangeKernel
    {
        public void Run(long begin, long end)
        {
            for (long i = begin; i < end; i++)
                Interlocked.Increment(ref touched[i]);
        }
    }

    private readonly struct Throwing : IRangeKernel
    {
        public void Run(long begin, long end)
        {
            if (begin == 0)
                throw new InvalidOperationException($"at {begin}");
        }
    }
}
