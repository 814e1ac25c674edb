using System.Globalization;

namespace SpotArtifacts.Cli.Report;

/// <summary>A linear axis whose ends and ticks are multiples of 1, 2 or 5 times a power of ten.</summary>
internal sealed class ChartAxis
{
    /// <summary>A tight axis still reaches for a tick this close, in steps: logs start at step 50 and end at 39,999.</summary>
    private const double NearTick = 0.25;
    private readonly double _step;
    private readonly long _firstTick;
    private readonly long _lastTick;

    /// <summary>An axis that covers a range.</summary>
    /// <param name="low">Smallest value, finite.</param>
    /// <param name="high">Largest value, finite; may equal <paramref name="low"/>.</param>
    /// <param name="intervals">About how many intervals between ticks, 1 or more.</param>
    /// <param name="tight">Whether the axis ends at the range, or at a tick close by, instead of at the next tick.</param>
    public ChartAxis(double low, double high, int intervals, bool tight)
    {
        // A constant curve gets room around it; so does one whose spread is lost in rounding.
        double least = Math.Max(Math.Max(Math.Abs(low), Math.Abs(high)) * 1e-9, 1e-300);
        if (high - low <= least)
        {
            double room = least <= 1e-300 ? 1 : Math.Abs(low) * 0.1;
            (low, high, tight) = (low - room, high + room, false);
        }

        _step = NiceStep((high / intervals) - (low / intervals));
        _firstTick = (long)(tight ? Math.Ceiling((low / _step) - NearTick) : Math.Floor((low / _step) + 1e-9));
        _lastTick = (long)(tight ? Math.Floor((high / _step) + NearTick) : Math.Ceiling((high / _step) - 1e-9));
        Low = Math.Min(low, _firstTick * _step);
        High = Math.Max(high, _lastTick * _step);
    }

    /// <summary>Value at the axis' start.</summary>
    public double Low { get; }

    /// <summary>Value at the axis' end, above <see cref="Low"/>.</summary>
    public double High { get; }

    /// <summary>Positions on the axis (0 to 1) and their labels.</summary>
    public IEnumerable<(double Position, string Label)> Ticks()
    {
        for (long i = _firstTick; i <= _lastTick; i++)
            yield return (Position(i * _step), Label(i * _step));
    }

    /// <summary>Where a value lies: 0 at the start, 1 at the end.</summary>
    public double Position(double value) => (value - Low) / (High - Low);

    private static double NiceStep(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double share = rough / power;
        return power * (share <= 1.001 ? 1 : share <= 2.001 ? 2 : share <= 5.001 ? 5 : 10);
    }

    private string Label(double value)
    {
        double largest = Math.Max(Math.Abs(Low), Math.Abs(High));
        if (largest >= 1e9 || largest < 1e-3)
            return value == 0 ? "0" : value.ToString("0.###e0", CultureInfo.InvariantCulture);
        var (unit, suffix) = largest >= 2e6 ? (1e6, "M") : largest >= 1e4 ? (1e3, "k") : (1, "");
        int decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(_step / unit) - 1e-9), 0, 9);
        string digits = (value / unit).ToString($"F{decimals}", CultureInfo.InvariantCulture);
        return value == 0 ? "0" : digits + suffix;
    }
}
