using System.Runtime.InteropServices;
using SpotArtifacts.Distributed;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

/// <summary>Reverse-mode differentiation.</summary>
/// <remarks>
/// TorchSharp's <c>autograd.grad</c> lets libtorch's exceptions pass through managed code, which ends the process: an input
/// that takes no part, a graph that was freed, a device out of memory. Its <c>backward</c> reports them, so this goes through
/// that, and the gradients are taken out of the tensors again.
/// </remarks>
internal static class Gradients
{
    // Two trainings of one process whose backward passes fall together crash, or get gradients that are no numbers, in oneDNN's
    // convolutions (libtorch 2.10, brgemm_convolution_bwd_t): they take turns.
    private static readonly Lock s_turn = new();

    /// <summary>
    /// Gradients of a sum of outputs at given tensors; nothing accumulates anywhere, and only what is asked for is computed.
    /// </summary>
    /// <param name="outputs">Scalars, or tensors with a gradient each in <paramref name="outputGradients"/>.</param>
    /// <param name="inputs">Where to take the gradients: parameters or intermediate results.</param>
    /// <param name="retainGraph">Keep the recorded graph for a second call, as for the second loss of one forward pass.</param>
    /// <param name="outputGradients">Gradients that flow into the outputs, of their shapes; null for ones.</param>
    /// <returns>One gradient for each input, of its shape; of a parameter, in its layout.</returns>
    /// <exception cref="InvalidOperationException">An input takes no part in the outputs, a shape is wrong, or libtorch
    /// fails.</exception>
    public static Tensor[] Of(
        IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> inputs, bool retainGraph = false,
        IReadOnlyList<Tensor>? outputGradients = null)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(inputs);
        Check(outputs, inputs, outputGradients);
        Tensor?[] before = [.. inputs.Select(input => input.is_leaf ? input.grad : null)];
        try
        {
            Clear(inputs);
            Backward(outputs, inputs, retainGraph, outputGradients);
            return Take(inputs);
        }
        finally
        {
            Clear(inputs);
            for (int i = 0; i < before.Length; i++)
                Restore(inputs[i], before[i]);
        }
    }

    private static void Backward(
        IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> inputs, bool retainGraph, IReadOnlyList<Tensor>? outputGradients)
    {
        // Takes what operators of ours make on the way back.
        using DisposeScope scope = NewDisposeScope();
        // Ranks wait for each other within a pass; threads of one process are ranks in tests alone.
        bool takesTurn = RankGroup.Current is null;
        if (takesTurn)
            s_turn.Enter();
        try
        {
            autograd.backward([.. outputs], outputGradients is null ? null : [.. outputGradients], retainGraph,
                create_graph: false, [.. inputs]);
        }
        catch (ExternalException e)
        {
            throw new InvalidOperationException(
                $"gradients of {Describe(outputs)} at {Describe(inputs)}: {e.Message.Split('\n')[0]}", e);
        }
        finally
        {
            if (takesTurn)
                s_turn.Exit();
        }
    }

    private static Tensor[] Take(IReadOnlyList<Tensor> inputs)
    {
        var gradients = new Tensor[inputs.Count];
        for (int i = 0; i < gradients.Length; i++)
        {
            if (inputs[i].grad is { } gradient)
            {
                gradients[i] = gradient;
                continue;
            }
            foreach (Tensor? taken in gradients)
                taken?.Dispose();
            throw new InvalidOperationException(
                $"gradients: input {i}, {TensorMemory.Describe(inputs[i])}, takes no part in the outputs");
        }
        return gradients;
    }

    private static void Check(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor>? outputGradients)
    {
        if (outputGradients is not null && outputGradients.Count != outputs.Count)
            throw new InvalidOperationException($"gradients: {outputGradients.Count} gradients for {outputs.Count} outputs");
        if (outputs.Concat(inputs).Any(tensor => tensor.IsInvalid))
            throw new InvalidOperationException($"gradients of {Describe(outputs)} at {Describe(inputs)}: a tensor is disposed");
        if (outputs.Concat(inputs).Any(tensor => !tensor.requires_grad))
            throw new InvalidOperationException(
                $"gradients of {Describe(outputs)} at {Describe(inputs)}: a tensor is not recorded");
        for (int i = 0; i < outputs.Count; i++)
        {
            if (outputGradients is null ? outputs[i].numel() == 1 : TensorMemory.HaveSameShape(outputs[i], outputGradients[i]))
                continue;
            string given = outputGradients is null ? "" : $", not {TensorMemory.Describe(outputGradients[i])}";
            throw new InvalidOperationException(
                $"gradients of {Describe(outputs)}: output {i} needs a gradient of its own shape{given}");
        }
    }

    private static void Clear(IReadOnlyList<Tensor> inputs)
    {
        foreach (Tensor input in inputs)
            if (!input.IsInvalid)
                input.grad = null;
    }

    private static void Restore(Tensor input, Tensor? gradient)
    {
        if (gradient is null)
            return;
        input.grad = gradient;
        gradient.Dispose();
    }

    private static string Describe(IReadOnlyList<Tensor> tensors) => $"[{string.Join(", ", tensors.Select((tensor, i) =>
        $"{i}: {TensorMemory.Describe(tensor)}{(tensor.IsInvalid || tensor.requires_grad ? "" : " (not recorded)")}"))}]";
}
