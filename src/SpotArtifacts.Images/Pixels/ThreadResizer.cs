namespace SpotArtifacts.Images;

/// <summary>One resizer per thread, so that views can be rendered anywhere without allocating.</summary>
internal static class ThreadResizer
{
    [ThreadStatic]
    private static Resizer? s_current;

    internal static Resizer Current => s_current ??= new Resizer();
}
