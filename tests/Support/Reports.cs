namespace SpotArtifacts.Tests.Support;

/// <summary>Progress that is seen at once, on the thread that reports it.</summary>
internal sealed class Reports<T>(Action<T> see) : IProgress<T>
{
    public void Report(T value) => see(value);

    /// <summary>Progress for an action; none for none.</summary>
    internal static Reports<T>? To(Action<T>? see) => see is null ? null : new(see);
}
