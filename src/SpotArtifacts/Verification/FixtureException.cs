namespace SpotArtifacts.Verification;

/// <summary>A file that is no fixture, is malformed, or does not fit this program.</summary>
internal sealed class FixtureException : SpotException
{
    /// <summary>An exception that names the fault.</summary>
    public FixtureException(string message) : base(message)
    {
    }

    /// <summary>An exception with its cause.</summary>
    public FixtureException(string message, Exception inner) : base(message, inner)
    {
    }
}
