using Microsoft.Extensions.Logging;

namespace SpotArtifacts.Tests.Support;

/// <summary>A logger that keeps what was said.</summary>
internal sealed class LogLines : List<string>, ILogger
{
    /// <summary>The same with level and event.</summary>
    internal List<(LogLevel Level, EventId Id, IReadOnlyDictionary<string, object?> Values)> Entries { get; } = [];

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Add(formatter(state, exception));
        Entries.Add((logLevel, eventId,
            new Dictionary<string, object?>((IEnumerable<KeyValuePair<string, object?>>)state!)));
    }

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;
}
