namespace SpotArtifacts.Distributed;

/// <summary>MPI or NCCL is missing, was started wrongly, or has failed.</summary>
internal sealed class MpiException : SpotException
{
    internal MpiException(string message, Exception? cause = null) : base(message, cause)
    {
    }
}
