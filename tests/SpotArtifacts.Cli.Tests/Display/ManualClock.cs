namespace SpotArtifacts.Cli.Tests.Display;

/// <summary>A clock that moves when told to.</summary>
internal sealed class ManualClock : TimeProvider
{
    private TimeSpan _now = TimeSpan.FromDays(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public void Advance(double seconds) => _now += TimeSpan.FromSeconds(seconds);
}
