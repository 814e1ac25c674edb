using System.Globalization;

namespace SpotArtifacts.Distributed;

/// <summary>What the sums of gradients have taken, and how much of it was waited for.</summary>
internal sealed class OverlapMeter
{
    private long _steps, _bytes, _buckets;
    private double _inFlight, _waited;

    /// <summary>Counts a bucket.</summary>
    internal void Count(long bytes, TimeSpan inFlight, TimeSpan waited)
    {
        _bytes += bytes;
        _buckets++;
        _inFlight += inFlight.TotalMilliseconds;
        _waited += waited.TotalMilliseconds;
    }

    /// <summary>Counts a step.</summary>
    internal void CountStep() => _steps++;

    /// <summary>Milliseconds of a step that computing waited for sums.</summary>
    internal double WaitedPerStep => _steps == 0 ? 0 : _waited / _steps;

    /// <summary>In words.</summary>
    public override string ToString()
    {
        if (_steps == 0 || _buckets == 0)
            return "no gradients were exchanged";
        string hidden = _inFlight > 0 ? string.Create(CultureInfo.InvariantCulture,
            $", {Math.Max(0, 1 - _waited / _inFlight):P0} of the time under way was hidden behind computing") : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"gradients: {_bytes / 1e6 / _steps:0.##} MB in {(double)_buckets / _steps:0.#} buckets a step; a bucket was under way "
            + $"for {_inFlight / _buckets:0.##} ms on average, computing waited {WaitedPerStep:0.##} ms a step{hidden}");
    }
}
