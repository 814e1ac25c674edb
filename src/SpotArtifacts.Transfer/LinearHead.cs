using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer;

// B batch, D numbers of a row, G groups (settings tried at once), K classes.

/// <summary>How a <see cref="LinearHead"/> is updated.</summary>
internal sealed record LinearHeadOptions
{
    /// <summary>Rate factor and L2 factor of each group: settings that see the same batches.</summary>
    internal IReadOnlyList<(double Rate, double Decay)> Groups { get; init; } = [(1, 0)];

    /// <summary>Momentum of SGD.</summary>
    internal double Momentum { get; init; } = 0.9;

    /// <summary>Step along gradient + momentum * velocity.</summary>
    internal bool Nesterov { get; init; }

    /// <summary>Factor on the rate of the biases.</summary>
    internal double BiasRate { get; init; } = 1;

    /// <summary>Whether the biases decay too.</summary>
    internal bool BiasDecays { get; init; }

    /// <summary>Batch norm without scale and shift before the weights; null for none.</summary>
    internal HeadNorm? Norm { get; init; }

    /// <summary>Standard deviation of the initial weights; 0 for zeros.</summary>
    internal double InitialDeviation { get; init; }

    /// <summary>1 / sqrt(3 * D) instead: the variance of PyTorch's default, uniform within 1 / sqrt(D).</summary>
    internal bool FanInDeviation { get; init; }

    /// <summary>Standard deviation of the initial weights of a head.</summary>
    internal double Deviation(int inputs) => FanInDeviation ? 1 / Math.Sqrt(3.0 * inputs) : InitialDeviation;
}

/// <summary>Batch norm of a head.</summary>
/// <param name="Momentum">Weight of a new batch in the running statistics; the first batches weigh as in a plain mean, so that
/// none starts from 0.</param>
/// <param name="Epsilon">Added to the variance.</param>
internal sealed record HeadNorm(double Momentum, double Epsilon);

/// <summary>
/// Softmax regression on rows of frozen features, trained batch by batch: G settings with K classes each, in one weight matrix,
/// so that the features are read once for all of them.
/// </summary>
/// <remarks>
/// Batch norm never touches the rows: its scale goes into the weights, its shift into the biases, which is the same function. A
/// factor on the rows means nothing to it, and is used without it alone.
/// </remarks>
internal sealed class LinearHead : IDisposable
{
    private readonly LinearHeadOptions _options;
    private readonly int _groups, _classes;
    private readonly double _scale;
    private readonly Tensor _weight, _bias, _weightVelocity, _biasVelocity, _rates, _biasRates, _decays, _biasDecays, _mean,
    _variance;
    private long _batches;

    /// <param name="inputs">D.</param>
    /// <param name="classes">K.</param>
    /// <param name="options">How it is updated.</param>
    /// <param name="seed">Seed of the initial weights.</param>
    /// <param name="scale">Factor on all rows: the head learns as if they had been multiplied by it.</param>
    internal LinearHead(int inputs, int classes, LinearHeadOptions options, ulong seed = 0, double scale = 1)
    {
        using IDisposable off = no_grad();
        (_options, _scale) = (options, scale);
        (_groups, _classes) = (options.Groups.Count, classes);
        _weight = Initial(_groups * classes, inputs, options.Deviation(inputs), seed);
        _bias = TensorData.Full(0, CPU, _groups * classes).DetachFromDisposeScope();
        _weightVelocity = _weight.zeros_like().DetachFromDisposeScope();
        _biasVelocity = _bias.zeros_like().DetachFromDisposeScope();
        float[] rates = Repeated(options.Groups.Select(g => (float)g.Rate)),
        decays = Repeated(options.Groups.Select(g => (float)g.Decay));
        _rates = TensorData.From<float>(rates, rates.Length, 1).DetachFromDisposeScope();
        _biasRates = TensorData.From<float>([.. rates.Select(r => (float)(r * options.BiasRate))], rates.Length)
            .DetachFromDisposeScope();
        _decays = TensorData.From<float>(decays, decays.Length, 1).DetachFromDisposeScope();
        _biasDecays = TensorData.From<float>([.. decays.Select(d => options.BiasDecays ? d : 0)], decays.Length)
            .DetachFromDisposeScope();
        _mean = TensorData.Full(0, CPU, options.Norm is null ? 0 : inputs).DetachFromDisposeScope();
        _variance = TensorData.Full(0, CPU, options.Norm is null ? 0 : inputs).DetachFromDisposeScope();
    }

    /// <summary>One step of SGD on the mean cross-entropy of each group.</summary>
    /// <param name="x">(B, D).</param>
    /// <param name="targets">(B, 1, K), one-hot.</param>
    /// <param name="rate">Learning rate; each group's factor comes on top.</param>
    internal void Step(Tensor x, Tensor targets, double rate)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (Tensor Mean, Tensor Inverse)? norm = _options.Norm is null ? null : BatchStatistics(x);
        (Tensor weight, Tensor bias) = Folded(norm);
        long rows = x.shape[0];
        Tensor probabilities = functional.softmax(functional.linear(x, weight, bias).reshape(rows, _groups, _classes), -1);
        Tensor gradient = (probabilities - targets).Over(rows).reshape(rows, -1);
        Tensor biasGradient = gradient.sum([0]), weightGradient = gradient.transpose(0, 1).matmul(x);
        if (norm is null && _scale != 1)
            weightGradient = weightGradient.Times(_scale);
        if (norm is var (mean, inverse))
            weightGradient = (weightGradient - biasGradient.reshape(-1, 1) * mean) * inverse;
        Descend(_weight, _weightVelocity, weightGradient.Plus(_weight * _decays), _rates, rate);
        Descend(_bias, _biasVelocity, biasGradient.Plus(_bias * _biasDecays), _biasRates, rate);
    }

    /// <summary>
    /// Weights (G * K, D) and biases (G * K) for rows as they are, the batch norm's running statistics folded in.
    /// </summary>
    internal (Tensor Weight, Tensor Bias) ForInference()
    {
        using IDisposable off = no_grad();
        return Folded(_options.Norm is { } norm ? (_mean, Inverse(_variance, norm.Epsilon)) : null);
    }

    public void Dispose()
    {
        foreach (Tensor tensor in (Tensor[])[_weight, _bias, _weightVelocity, _biasVelocity, _rates, _biasRates, _decays,
            _biasDecays, _mean, _variance])
            tensor.Dispose();
    }

    private static Tensor Initial(int outputs, int inputs, double deviation, ulong seed)
    {
        if (deviation == 0)
            return TensorData.Full(0, CPU, outputs, inputs).DetachFromDisposeScope();
        using var generator = new Generator((ulong)unchecked((long)seed));
        using Tensor draws = Operations.Normal(generator, CPU, outputs, inputs);
        return draws.Times(deviation).DetachFromDisposeScope();
    }

    private (Tensor Mean, Tensor Inverse) BatchStatistics(Tensor x)
    {
        HeadNorm norm = _options.Norm!;
        // libtorch's var_mean over rows is not vectorised: two plain means take a fraction of its time.
        Tensor mean = x.mean([0]), variance = (x - mean).Squared().mean([0]);
        double share = Math.Max(norm.Momentum, 1.0 / ++_batches), unbiased = (double)x.shape[0] / Math.Max(1, x.shape[0] - 1);
        _mean.ScaleInPlace(1 - share).AddInPlace(mean, share);
        _variance.ScaleInPlace(1 - share).AddInPlace(variance, share * unbiased);
        return (mean, Inverse(variance, norm.Epsilon));
    }

    private static Tensor Inverse(Tensor variance, double epsilon) => variance.ones_like() / variance.Plus(epsilon).sqrt();

    private (Tensor Weight, Tensor Bias) Folded((Tensor Mean, Tensor Inverse)? norm)
    {
        if (norm is not var (mean, inverse))
            return (_scale == 1 ? _weight : _weight.Times(_scale), _bias);
        Tensor weight = _weight * inverse;
        return (weight, _bias - weight.matmul(mean));
    }

    private void Descend(Tensor value, Tensor velocity, Tensor gradient, Tensor rates, double rate)
    {
        velocity.ScaleInPlace(_options.Momentum).AddInPlace(gradient);
        Tensor direction = _options.Nesterov ? gradient.Plus(velocity.Times(_options.Momentum)) : velocity;
        value.AddInPlace(direction * rates, -rate);
    }

    private float[] Repeated(IEnumerable<float> values) => [.. values.SelectMany(value => Enumerable.Repeat(value, _classes))];

    /// <summary>One-hot targets (B, 1, K).</summary>
    internal static Tensor Targets(ReadOnlySpan<int> labels, int classes)
    {
        float[] targets = new float[labels.Length * classes];
        for (int i = 0; i < labels.Length; i++)
            targets[i * classes + labels[i]] = 1;
        return TensorData.From<float>(targets, labels.Length, 1, classes);
    }
}
