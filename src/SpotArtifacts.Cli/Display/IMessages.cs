using Microsoft.Extensions.Logging;

namespace SpotArtifacts.Cli.Display;

/// <summary>
/// Where this program says, line by line, what it does; the libraries log here, and what they log is shown as it reads.
/// </summary>
internal interface IMessages : ILogger
{
    /// <summary>Writes a line of its own.</summary>
    void Log(string message);

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Log(formatter(state, exception));

    bool ILogger.IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and not LogLevel.None;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;
}
