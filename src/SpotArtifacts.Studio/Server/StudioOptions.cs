namespace SpotArtifacts.Studio.Server;

/// <summary>What the studio is started with.</summary>
internal sealed record StudioOptions
{
    /// <summary>Where it listens unless told otherwise: "spot" on the keys of a telephone.</summary>
    internal const int DefaultPort = 7768;

    private const int LeastToken = 16;

    /// <summary>Folder of the runs.</summary>
    internal required string RunsFolder { get; init; }

    /// <summary>Folders that images may be read from besides.</summary>
    internal IReadOnlyList<string> ImageFolders { get; init; } = [];

    /// <summary>Address to listen at: a name of this machine or an IP address.</summary>
    internal string Host { get; init; } = "localhost";

    /// <summary>Port to listen at; 0: any that is free.</summary>
    internal int Port { get; init; } = DefaultPort;

    /// <summary>What whoever opens a page must know; null: nothing, on this machine alone.</summary>
    internal string? Token { get; init; }

    /// <summary>Requests a second that compute something, of one client, over a longer time; ten times as many at once.</summary>
    internal int RequestsPerSecond { get; init; } = 2;

    /// <summary>Program and first arguments that stand for <c>spot</c> when the studio starts a training.</summary>
    internal required IReadOnlyList<string> Program { get; init; }

    /// <summary>The options, with a token where one is needed; refused where they make no sense.</summary>
    /// <exception cref="StudioException">A port that is none, or a token that is soon guessed.</exception>
    internal StudioOptions Checked()
    {
        if (Port is < 0 or > 65535)
            throw new StudioException($"--port {Port} must be 0 to 65535");
        if (RequestsPerSecond is < 1 or > 100_000)
            throw new StudioException($"--requests-per-second {RequestsPerSecond} must be 1 to 100000");
        if (Token is { Length: < LeastToken })
            throw new StudioException($"--token must have {LeastToken} characters or more, or be left out");
        return Token is null && !new ListenAddress(Host, Port).IsLoopback ? this with { Token = RequestChecks.NewToken() } : this;
    }
}
