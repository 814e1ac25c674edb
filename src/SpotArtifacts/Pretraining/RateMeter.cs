namespace SpotArtifacts.Pretraining;

/// <summary>Images per second and share of time spent waiting for data, over the last few seconds.</summary>
internal sealed class RateMeter(TimeProvider clock, TrainingBatches batches)
{
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(5);
    private readonly long _start = clock.GetTimestamp();
    private long _windowStart = clock.GetTimestamp();
    private TimeSpan _windowWait;
    private long _windowImages;

    internal double ImagesPerSecond { get; private set; }

    internal double WaitShare { get; private set; }

    internal void Count(int images)
    {
        _windowImages += images;
        TimeSpan elapsed = clock.GetElapsedTime(_windowStart);
        if (elapsed < s_window && ImagesPerSecond > 0)
            return;
        ImagesPerSecond = _windowImages / elapsed.TotalSeconds;
        WaitShare = (batches.WaitTime - _windowWait) / elapsed;
        if (elapsed < s_window)
            return;
        (_windowStart, _windowImages, _windowWait) = (clock.GetTimestamp(), 0, batches.WaitTime);
    }

    internal TimeSpan Remaining(long done, long left) => clock.GetElapsedTime(_start) * ((double)left / done);
}
