using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

/// <summary>
/// Stochastic gradient descent with momentum (v = momentum * v + g; w -= rate * v) and L2 decay in the gradient.
/// </summary>
internal sealed class Sgd : IDisposable
{
    private readonly Tensor[] _values, _velocities;
    private readonly double[] _decays;
    private readonly double _momentum;
    private readonly bool _nesterov;

    /// <summary>An optimiser over tensors, which it changes but does not own.</summary>
    /// <param name="values">The trained tensors.</param>
    /// <param name="decays">L2 factor of each tensor.</param>
    /// <param name="momentum">0 to below 1.</param>
    /// <param name="nesterov">Step along g + momentum * v instead of v.</param>
    public Sgd(IReadOnlyList<Tensor> values, IReadOnlyList<double> decays, double momentum, bool nesterov = false)
    {
        _values = [.. values];
        _decays = [.. decays];
        if (_decays.Length != _values.Length)
            throw new ArgumentException($"{_decays.Length} decays for {_values.Length} tensors");
        _momentum = momentum;
        _nesterov = nesterov;
        _velocities = [.. _values.Select(value => zeros_like(value, requires_grad: false).DetachFromDisposeScope())];
    }

    /// <summary>One step.</summary>
    /// <param name="gradients">One for each tensor, of its shape, without the decay's part; they are not changed.</param>
    /// <param name="learningRate">Rate of this step.</param>
    public void Step(IReadOnlyList<Tensor> gradients, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        if (gradients.Count != _values.Length)
            throw new ArgumentException($"{gradients.Count} gradients for {_values.Length} tensors");
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        for (int i = 0; i < _values.Length; i++)
        {
            Tensor gradient = _decays[i] == 0 ? gradients[i] : gradients[i].Plus(_values[i], _decays[i]);
            _velocities[i].ScaleInPlace(_momentum).AddInPlace(gradient);
            Tensor direction = _nesterov ? gradient.Plus(_velocities[i], _momentum) : _velocities[i];
            _values[i].AddInPlace(direction, -learningRate);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor velocity in _velocities)
            velocity.Dispose();
    }
}
