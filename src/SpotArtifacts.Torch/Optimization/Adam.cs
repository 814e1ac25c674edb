using SpotArtifacts.Torch.Modules;

namespace SpotArtifacts.Torch.Optimization;

/// <summary>Constants of <see cref="Adam"/>.</summary>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to sqrt(v_hat).</param>
/// <param name="WeightDecay">Factor of 0.5 * sum(w^2) over convolution weights; enters through the gradient.</param>
/// <param name="EmaDecay">Upper bound of the average's decay min(bound, (1 + n) / (10 + n)) after n steps.</param>
/// <param name="EmaWarmUp">False for a decay that is <paramref name="EmaDecay"/> from the first step on.</param>
public sealed record AdamOptions(
    double Beta1, double Beta2, double Epsilon, double WeightDecay, double EmaDecay, bool EmaWarmUp = true);

/// <summary>
/// Adam, m_hat / (sqrt(v_hat) + eps), with L2 decay on convolution weights and an exponential moving average of the parameters,
/// in one pass over memory.
/// </summary>
public sealed class Adam : IDisposable
{
    private static readonly Operator s_step = Operator.Find("spot::adam_");
    private readonly Parameter[] _parameters;
    private readonly Tensor[] _values, _first, _second, _averages;
    private readonly double[] _decays;
    private readonly AdamOptions _options;

    /// <summary>An optimiser over parameters, which it changes but does not own. Moments start at 0, averages at the parameters.</summary>
    public Adam(IEnumerable<Parameter> parameters, AdamOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _parameters = [.. parameters];
        _options = options;
        using GradMode off = Autograd.Disable();
        _values = [.. _parameters.Select(p => p.Value)];
        _first = [.. _values.Select(v => v.ZerosLike().Detached())];
        _second = [.. _values.Select(v => v.ZerosLike().Detached())];
        _averages = [.. _values.Select(v => v.Clone().Detached())];
        _decays = [.. _parameters.Select(p => p.Role == ParameterRole.ConvolutionWeight ? options.WeightDecay : 0.0)];
    }

    /// <summary>Steps taken.</summary>
    public long StepCount { get; set; }

    /// <summary>The parameters' tensors, in the order gradients are given in.</summary>
    public ReadOnlySpan<Tensor> Values => _values;

    /// <summary>The parameters, in the order gradients are given in.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Decay of each parameter: the weight decay for convolution weights, else 0.</summary>
    public IReadOnlyList<double> Decays => _decays;

    /// <summary>First moments, one for each parameter.</summary>
    public IReadOnlyList<Tensor> FirstMoments => _first;

    /// <summary>Second moments, one for each parameter.</summary>
    public IReadOnlyList<Tensor> SecondMoments => _second;

    /// <summary>Exponential moving averages, one for each parameter.</summary>
    public IReadOnlyList<Tensor> Averages => _averages;

    /// <summary>One step.</summary>
    /// <param name="gradients">One for each parameter, without the decay's part.</param>
    /// <param name="learningRate">Rate of this step.</param>
    public void Step(Tensor[] gradients, double learningRate)
    {
        double warmUp = _options.EmaWarmUp ? (1.0 + StepCount) / (10.0 + StepCount) : 1;
        double emaDecay = Math.Min(_options.EmaDecay, warmUp);
        StepCount++;
        s_step.Run(_values, gradients, _first, _second, _averages, _decays, learningRate, _options.Beta1, _options.Beta2, _options.Epsilon, StepCount, emaDecay);
    }

    /// <summary>0.5 * decay * sum(w^2) over the convolution weights: the L2 part of the loss whose gradient <see cref="Step"/> adds.</summary>
    public double WeightDecayLoss()
    {
        using GradMode off = Autograd.Disable();
        using var scope = new TensorScope();
        double sum = 0;
        for (int i = 0; i < _values.Length; i++)
            if (_decays[i] != 0) sum += 0.5 * _decays[i] * _values[i].Square().Sum().ToSingle();
        return sum;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _first.Concat(_second).Concat(_averages)) tensor.Dispose();
    }
}
