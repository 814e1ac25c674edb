using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

/// <summary>
/// Adam, m_hat / (sqrt(v_hat) + eps), with L2 decay on the weights that decay and an exponential moving average of the
/// parameters. On the CPU all of it is one pass over memory; elsewhere the same arithmetic in libtorch's operators, over all
/// parameters at once (<see cref="AdamBuffer"/>).
/// </summary>
public sealed class Adam : IDisposable
{
    // Elements worth a thread of their own.
    private const long Grain = 1 << 15;
    private readonly TrainedParameter[] _parameters;
    private readonly Tensor[] _values, _first, _second, _averages;
    private readonly double[] _decays;
    private readonly AdamOptions _options;
    private readonly AdamBuffer? _buffer;

    /// <summary>
    /// An optimiser over parameters, which it changes but does not own. Moments start at 0, averages at the parameters, each in
    /// its parameter's layout.
    /// </summary>
    /// <remarks>Move the parameters to their device and layout before.</remarks>
    public Adam(IEnumerable<TrainedParameter> parameters, AdamOptions options) : this(parameters, options, inOneBuffer: null)
    {
    }

    /// <param name="parameters">What is trained.</param>
    /// <param name="options">Constants.</param>
    /// <param name="inOneBuffer">Whether to move the parameters into one buffer; null: where they are not the processor's.</param>
    internal Adam(IEnumerable<TrainedParameter> parameters, AdamOptions options, bool? inOneBuffer)
    {
        ArgumentNullException.ThrowIfNull(options);
        _parameters = [.. parameters];
        _options = options;
        _values = [.. _parameters.Select(parameter => parameter.Value)];
        _decays = [.. _parameters.Select(parameter => parameter.Decays ? options.WeightDecay : 0.0)];
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        if ((inOneBuffer ?? _values.All(value => value.device_type != DeviceType.CPU)) && AdamBuffer.Takes(_values))
        {
            _buffer = new AdamBuffer(_values, _decays);
            (_first, _second, _averages) = (_buffer.First, _buffer.Second, _buffer.Averages);
            return;
        }
        _first = [.. _values.Select(Zeros)];
        _second = [.. _values.Select(Zeros)];
        _averages = [.. _values.Select(value => value.detach().clone().DetachFromDisposeScope())];
    }

    /// <summary>Steps taken.</summary>
    public long StepCount { get; set; }

    /// <summary>The parameters' tensors, in the order gradients are given in.</summary>
    public IReadOnlyList<Tensor> Values => _values;

    /// <summary>The parameters, in the order gradients are given in.</summary>
    public IReadOnlyList<TrainedParameter> Parameters => _parameters;

    /// <summary>Decay of each parameter: the weight decay where it decays, else 0.</summary>
    internal IReadOnlyList<double> Decays => _decays;

    /// <summary>First moments, one for each parameter.</summary>
    internal IReadOnlyList<Tensor> FirstMoments => _first;

    /// <summary>Second moments, one for each parameter.</summary>
    internal IReadOnlyList<Tensor> SecondMoments => _second;

    /// <summary>Exponential moving averages, one for each parameter.</summary>
    public IReadOnlyList<Tensor> Averages => _averages;

    /// <summary>One step. A graph recorded before it must not be differentiated after it, and refuses to be.</summary>
    /// <param name="gradients">
    /// One for each parameter, of its shape, without the decay's part. Null leaves the parameter, its moments and its average as
    /// they are.
    /// </param>
    /// <param name="learningRate">Rate of this step.</param>
    /// <param name="averageDecay">Decay of the averages; null for min(EmaDecay, (1 + n) / (10 + n)) after n steps.</param>
    /// <exception cref="ArgumentException">There are too few or too many gradients, or one has another shape; nothing is
    /// changed.</exception>
    public void Step(IReadOnlyList<Tensor?> gradients, double learningRate, double? averageDecay = null)
    {
        Check(gradients);
        double keep = averageDecay ?? Math.Min(_options.EmaDecay, (1.0 + StepCount) / (10.0 + StepCount));
        StepCount++;
        var step = new AdamStep(
            _options.Beta1, _options.Beta2, _options.Epsilon, StepSize: learningRate / (1 - Math.Pow(_options.Beta1, StepCount)),
            InverseRootCorrection: 1 / Math.Sqrt(1 - Math.Pow(_options.Beta2, StepCount)), Decay: 0, keep);
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _buffer?.Step(gradients, step);
        for (int i = 0; _buffer is null && i < _values.Length; i++)
        {
            if (gradients[i] is not { } gradient)
                continue;
            AdamStep own = step with { Decay = _decays[i] };
            if (TensorMemory.IsPlain(_values[i]) && TensorMemory.HaveSameLayout(_values[i], _first[i]))
                Fused(i, gradient, own);
            else
                Composed(i, gradient, own);
        }
    }

    /// <summary>
    /// 0.5 * decay * sum(w^2) over the weights that decay: the L2 part of the loss whose gradient <see cref="Step"/> adds.
    /// </summary>
    public double WeightDecayLoss()
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        double sum = 0;
        for (int i = 0; i < _values.Length; i++)
            if (_decays[i] != 0)
                sum += 0.5 * _decays[i] * _values[i].Squared().sum().to(ScalarType.Float64).item<double>();
        return sum;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer is not null)
        {
            _buffer.Dispose();
            return;
        }
        foreach (Tensor tensor in _first.Concat(_second).Concat(_averages))
            tensor.Dispose();
    }

    private static Tensor Zeros(Tensor value) => zeros_like(value, requires_grad: false).DetachFromDisposeScope();

    private unsafe void Fused(int i, Tensor gradient, AdamStep step)
    {
        Tensor value = _values[i];
        // Gradients of convolutions come in the layout the backward pass liked best.
        bool sameLayout = TensorMemory.IsPlain(gradient) && TensorMemory.HaveSameLayout(value, gradient);
        Tensor g = sameLayout ? gradient : empty_like(value, requires_grad: false).copy_(gradient);
        var kernel = new Kernel(
            TensorMemory.Pointer<float>(value), TensorMemory.Pointer<float>(g), TensorMemory.Pointer<float>(_first[i]),
            TensorMemory.Pointer<float>(_second[i]), TensorMemory.Pointer<float>(_averages[i]), step);
        KernelThreads.For(value.numel(), Grain, kernel);
        GC.KeepAlive(g);
        TensorMemory.MarkWritten(value);
    }

    private void Composed(int i, Tensor gradient, AdamStep step)
    {
        Tensor g = step.Decay == 0 ? gradient : gradient.Plus(_values[i], step.Decay);
        Compose(_values[i], g, _first[i], _second[i], _averages[i], step);
    }

    /// <summary>The step in libtorch's operators, of a gradient that has the decay's part.</summary>
    internal static void Compose(Tensor p, Tensor g, Tensor m, Tensor v, Tensor average, AdamStep step)
    {
        m.ScaleInPlace(step.Beta1).AddInPlace(g, 1 - step.Beta1);
        v.ScaleInPlace(step.Beta2).AddProductInPlace(g, g, 1 - step.Beta2);
        p.AddQuotientInPlace(m, v.sqrt().ScaleInPlace(step.InverseRootCorrection).AddInPlace(step.Epsilon), -step.StepSize);
        average.ScaleInPlace(step.EmaKeep).AddInPlace(p, 1 - step.EmaKeep);
    }

    private void Check(IReadOnlyList<Tensor?> gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        if (gradients.Count != _values.Length)
            throw new ArgumentException($"{gradients.Count} gradients for {_values.Length} parameters");
        for (int i = 0; i < _values.Length; i++)
            if (gradients[i] is { } gradient && !TensorMemory.HaveSameShape(_values[i], gradient))
                throw new ArgumentException(
                    $"the gradient of {_parameters[i].Name} is {TensorMemory.Describe(gradient)}, the parameter "
                        + $"{TensorMemory.Describe(_values[i])}");
    }

    private readonly unsafe struct Kernel(float* p, float* gradient, float* m, float* v, float* average, AdamStep step)
        : IRangeKernel
    {
        public void Run(long begin, long end)
        {
            int length = checked((int)(end - begin));
            AdamKernel.Step(
                new Span<float>(p + begin, length), new ReadOnlySpan<float>(gradient + begin, length),
                new Span<float>(m + begin, length),
                new Span<float>(v + begin, length), new Span<float>(average + begin, length), step);
        }
    }
}
