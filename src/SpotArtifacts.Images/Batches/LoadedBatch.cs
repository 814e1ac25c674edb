namespace SpotArtifacts.Images;

/// <summary>
/// Views of a few images, ready to be copied into a tensor. Dispose it when that is done: its array is used again.
/// </summary>
public sealed class LoadedBatch : IDisposable
{
    private Action<LoadedBatch>? _giveBack;

    internal LoadedBatch(float[] pixels, int[] indices, int size, Action<LoadedBatch>? giveBack)
    {
        Pixels = pixels;
        Indices = indices;
        Size = size;
        _giveBack = giveBack;
    }

    /// <summary>Exactly Count * 3 * Size * Size values (NCHW) in [-1, 1]; not to be touched after Dispose.</summary>
    public float[] Pixels { get; }

    /// <summary>Which images these are: indices into the <see cref="DecodedImages"/> (for names and labels).</summary>
    public int[] Indices { get; }

    /// <summary>Number of images B.</summary>
    public int Count => Indices.Length;

    /// <summary>Side of the views in pixels.</summary>
    public int Size { get; }

    /// <summary>The step the batch belongs to, or its position in an evaluation pass.</summary>
    public long Step { get; internal set; }

    /// <summary>Gives the arrays back; more than once does no harm.</summary>
    public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke(this);
}
