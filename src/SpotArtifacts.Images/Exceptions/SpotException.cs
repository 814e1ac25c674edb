namespace SpotArtifacts;

/// <summary>
/// A failure its reader can mend: a wrong value, a missing file, a setting that cannot work. The message says what is
/// wrong and what would be right, in full; the command line prints it alone, without a stack trace.
/// </summary>
public class SpotException : Exception
{
    /// <summary>Makes one without a message of its own.</summary>
    public SpotException()
    {
    }

    /// <summary>Makes one with its message.</summary>
    public SpotException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with its message and what led to it.</summary>
    public SpotException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
