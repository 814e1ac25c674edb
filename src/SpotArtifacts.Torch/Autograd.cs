using SpotArtifacts.Torch.Interop;

namespace SpotArtifacts.Torch;

/// <summary>Reverse-mode differentiation.</summary>
public static unsafe class Autograd
{
    /// <summary>Gradients of a sum of outputs at given tensors; nothing accumulates anywhere, and only what is asked for is computed.</summary>
    /// <param name="outputs">Scalars, or tensors with a gradient each in <paramref name="outputGradients"/>.</param>
    /// <param name="inputs">Where to take the gradients.</param>
    /// <param name="retainGraph">Keep the recorded graph for a second call, as for the second loss of one forward pass.</param>
    /// <param name="outputGradients">Gradients that flow into the outputs; null for ones.</param>
    /// <returns>One gradient for each input, of its shape.</returns>
    /// <exception cref="TorchException">An input takes no part in the outputs, or a shape is wrong.</exception>
    public static Tensor[] Gradients(
        ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor> inputs, bool retainGraph = false, Tensor[]? outputGradients = null)
    {
        nint[] o = Handles(outputs), i = Handles(inputs), grads = new nint[inputs.Length];
        nint[]? seeds = outputGradients is null ? null : Handles(outputGradients);
        if (seeds is not null && seeds.Length != o.Length) throw new TorchException($"gradients: {seeds.Length} gradients for {o.Length} outputs");
        int status;
        fixed (nint* po = o, pi = i, ps = seeds, pg = grads)
            status = SpotTorch.AutogradGradients(po, ps, o.Length, pi, i.Length, retainGraph ? 1 : 0, 1, pg);
        if (status != 0)
        {
            string reason = Status.LastError();
            throw new TorchException($"gradients of {Describe(outputs)} at {Describe(inputs)}: {reason}");
        }
        CheckAllUsed(grads, inputs);
        foreach (Tensor t in outputs) GC.KeepAlive(t);
        foreach (Tensor t in inputs) GC.KeepAlive(t);
        GC.KeepAlive(outputGradients);
        return Array.ConvertAll(grads, Tensor.Own);
    }

    /// <summary>Stops recording on this thread until disposed; never hold it across an await.</summary>
    public static GradMode Disable() => new(enabled: false);

    /// <summary>Records on this thread until disposed, also inside <see cref="Disable"/>.</summary>
    public static GradMode Enable() => new(enabled: true);

    // libtorch's own check does not say which one it was.
    private static void CheckAllUsed(nint[] gradients, ReadOnlySpan<Tensor> inputs)
    {
        int unused = Array.IndexOf(gradients, 0);
        if (unused < 0) return;
        foreach (nint gradient in gradients)
            if (gradient != 0) SpotTorch.TensorFree(gradient);
        throw new TorchException($"gradients: input {unused}, {inputs[unused]}, takes no part in the outputs");
    }

    private static string Describe(ReadOnlySpan<Tensor> tensors)
    {
        string[] texts = new string[tensors.Length];
        for (int i = 0; i < texts.Length; i++) texts[i] = $"{i}: {tensors[i]}{(tensors[i].RequiresGrad ? "" : " (not recorded)")}";
        return $"[{string.Join(", ", texts)}]";
    }

    private static nint[] Handles(ReadOnlySpan<Tensor> tensors)
    {
        nint[] handles = new nint[tensors.Length];
        for (int i = 0; i < handles.Length; i++) handles[i] = tensors[i].Handle.DangerousGetHandle();
        return handles;
    }
}

/// <summary>Restores the thread's previous grad mode when disposed.</summary>
public readonly struct GradMode : IDisposable
{
    private readonly int _previous;

    internal GradMode(bool enabled) => Status.Check(SpotTorch.GradModeSet(enabled ? 1 : 0, out _previous), "grad mode");

    /// <inheritdoc/>
    public void Dispose() => Status.Check(SpotTorch.GradModeSet(_previous, out _), "grad mode");
}
