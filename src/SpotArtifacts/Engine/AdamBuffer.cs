using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

/// <summary>
/// The parameters of an optimiser in one buffer, of which they become views, and their moments and averages in three more. A step
/// is a dozen operators over the buffers, not a dozen for each parameter: on a device the launches of those take longer than what
/// they do.
/// </summary>
internal sealed class AdamBuffer : IDisposable
{
    // Elements of 16 bytes: what a device loads at once.
    private const long Aligned = 4;
    private readonly int[] _order;
    private readonly Tensor[] _parameters;
    private readonly Tensor _values, _first, _second, _averages;
    private readonly long _decaying;
    private readonly double _decay;

    /// <summary>Moves parameters into a buffer, where they are row-major; their values stay.</summary>
    /// <param name="parameters">Of one device, Float32, without gaps.</param>
    /// <param name="decays">L2 factor of each: 0, or the same for all that decay.</param>
    public AdamBuffer(Tensor[] parameters, double[] decays)
    {
        _parameters = parameters;
        _decay = decays.Max();
        // Those that decay come first, so that decay is one operator; odd lengths come last, so that few are not aligned.
        _order = [.. Enumerable.Range(0, parameters.Length)
            .OrderBy(i => decays[i] == 0).ThenBy(i => parameters[i].numel() % Aligned != 0)];
        _decaying = _decay == 0 ? 0 : _order.Where(i => decays[i] != 0).Sum(i => parameters[i].numel());
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _values = Flat(_order.Select(i => parameters[i])).DetachFromDisposeScope();
        _first = zeros_like(_values, requires_grad: false).DetachFromDisposeScope();
        _second = zeros_like(_values, requires_grad: false).DetachFromDisposeScope();
        _averages = _values.clone().DetachFromDisposeScope();
        (First, Second, Averages) = (Views(_first), Views(_second), Views(_averages));
        Tensor[] views = Views(_values);
        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i].set_(views[i]);
            views[i].Dispose();
        }
    }

    /// <summary>First moments, one view for each parameter.</summary>
    public Tensor[] First { get; }

    /// <summary>Second moments, one view for each parameter.</summary>
    public Tensor[] Second { get; }

    /// <summary>Moving averages, one view for each parameter.</summary>
    public Tensor[] Averages { get; }

    /// <summary>Whether parameters can be moved into one buffer.</summary>
    public static bool Takes(Tensor[] parameters) => parameters.Length > 0 && parameters.All(
        p => p.dtype == ScalarType.Float32 && p.device_type == parameters[0].device_type
            && p.device_index == parameters[0].device_index && TensorMemory.IsDense(p));

    /// <summary>One step of all parameters that have a gradient; their own decays stand for the step's.</summary>
    public void Step(IReadOnlyList<Tensor?> gradients, AdamStep step)
    {
        long at = 0;
        for (int next = 0; next < _order.Length;)
        {
            // As many as lie side by side go together.
            Tensor[] given = [.. _order.Skip(next).Select(i => gradients[i]).TakeWhile(g => g is not null).Select(g => g!)];
            if (given.Length == 0)
            {
                at += _parameters[_order[next++]].numel();
                continue;
            }
            Tensor flat = Flat(given);
            StepStretch(at, flat, step);
            // The buffer counts its writes apart from the parameters, which recorded graphs ask.
            foreach (int i in _order.AsSpan(next, given.Length))
                TensorMemory.MarkWritten(_parameters[i]);
            at += flat.numel();
            next += given.Length;
        }
    }

    public void Dispose()
    {
        foreach (Tensor tensor in (Tensor[])[_values, _first, _second, _averages, .. First, .. Second, .. Averages])
            tensor.Dispose();
    }

    private void StepStretch(long at, Tensor g, AdamStep step)
    {
        long length = g.numel(), decaying = Math.Min(_decaying - at, length);
        Tensor values = _values.narrow(0, at, length);
        if (decaying > 0)
            g.narrow(0, 0, decaying).AddInPlace(values.narrow(0, 0, decaying), _decay);
        Tensor first = _first.narrow(0, at, length), second = _second.narrow(0, at, length);
        Adam.Compose(values, g, first, second, _averages.narrow(0, at, length), step);
    }

    private static Tensor Flat(IEnumerable<Tensor> tensors) => cat([.. tensors.Select(tensor => tensor.detach().reshape(-1))]);

    private Tensor[] Views(Tensor buffer)
    {
        var views = new Tensor[_order.Length];
        long at = 0;
        foreach (int i in _order)
        {
            views[i] = buffer.narrow(0, at, _parameters[i].numel()).view(_parameters[i].shape).DetachFromDisposeScope();
            at += _parameters[i].numel();
        }
        return views;
    }
}
