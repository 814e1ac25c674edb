namespace SpotArtifacts.Torch;

/// <summary>
/// Owns the tensors created on this thread while it is the innermost scope, and frees them when disposed. Results that must
/// live on are moved out with <see cref="Keep"/>. Scopes belong to one thread and are disposed in reverse order of creation.
/// </summary>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic] private static TensorScope? t_current;
    private readonly TensorScope? _outer;
    private readonly List<Tensor> _tensors = [];
    private bool _disposed;

    /// <summary>Opens a scope; from now on tensors created on this thread belong to it.</summary>
    public TensorScope()
    {
        _outer = t_current;
        t_current = this;
    }

    internal static TensorScope? Current => t_current;

    /// <summary>Moves a tensor out: it then belongs to the enclosing scope, or to the caller where there is none.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor Keep(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Owner != this) return tensor;
        // Left in the list as a hole: removal would search it; Dispose looks at the owner.
        tensor.Owner = _outer;
        _outer?._tensors.Add(tensor);
        return tensor;
    }

    /// <summary>Frees every tensor that still belongs to the scope.</summary>
    /// <exception cref="InvalidOperationException">An inner scope is still open, or the scope belongs to another thread.</exception>
    public void Dispose()
    {
        if (_disposed) return;
        if (t_current != this) throw new InvalidOperationException("a tensor scope must be disposed on its own thread and after the scopes opened inside it");
        _disposed = true;
        t_current = _outer;
        foreach (Tensor tensor in _tensors)
            if (tensor.Owner == this) tensor.Dispose();
        _tensors.Clear();
    }

    internal void Add(Tensor tensor)
    {
        tensor.Owner = this;
        _tensors.Add(tensor);
    }
}
