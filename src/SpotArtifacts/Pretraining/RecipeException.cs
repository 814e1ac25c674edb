namespace SpotArtifacts.Pretraining;

/// <summary>A recipe that cannot be read or cannot work; the message names where, the key, the value and its range.</summary>
public sealed class RecipeException : SpotException
{
    /// <summary>Makes one without a message of its own.</summary>
    public RecipeException()
    {
    }

    /// <summary>Makes one with its message.</summary>
    public RecipeException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with its message and what led to it.</summary>
    public RecipeException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
