namespace SpotArtifacts.Images;

/// <summary>One resizer per thread, so that views can be rendered anywhere without allocating.</summary>
internal static class ThreadResizer
{
    [ThreadStatic]
    private static Resizer? current;

    internal static Resizer Current => current ??= new Resizer();
}
