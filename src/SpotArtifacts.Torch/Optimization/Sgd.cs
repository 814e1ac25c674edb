namespace SpotArtifacts.Torch.Optimization;

/// <summary>Stochastic gradient descent with momentum (v = momentum * v + g; w -= rate * v) and L2 decay in the gradient.</summary>
public sealed class Sgd : IDisposable
{
    private static readonly Operator s_multiply = Operator.Find("aten::mul_", "Scalar");
    private static readonly Operator s_add = Operator.Find("aten::add_", "Tensor");
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
        using GradMode off = Autograd.Disable();
        _values = [.. values];
        _decays = [.. decays];
        _momentum = momentum;
        _nesterov = nesterov;
        _velocities = [.. _values.Select(v => v.ZerosLike().Detached())];
    }

    /// <summary>One step.</summary>
    public void Step(Tensor[] gradients, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        using GradMode off = Autograd.Disable();
        using var scope = new TensorScope();
        for (int i = 0; i < _values.Length; i++)
        {
            Tensor gradient = _decays[i] == 0 ? gradients[i] : gradients[i] + _values[i] * _decays[i];
            s_multiply.Run(_velocities[i], _momentum);
            s_add.Run(_velocities[i], gradient);
            Tensor direction = _nesterov ? gradient + _velocities[i] * _momentum : _velocities[i];
            s_add.Run(_values[i], direction, -learningRate);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor velocity in _velocities) velocity.Dispose();
    }
}
