using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Trunk;

/// <summary>Constants of a Caffe solver.</summary>
internal sealed record CaffeSolverOptions
{
    /// <summary>Momentum of SGD.</summary>
    internal double Momentum { get; init; } = 0.9;

    /// <summary>L2 factor of weights.</summary>
    internal double WeightDecay { get; init; }

    /// <summary>Whether biases decay too (philkr/voc-classification sets decay_mult 1 for both).</summary>
    internal bool BiasDecays { get; init; }

    /// <summary>lr_mult of biases; 2 throughout the protocols of this family.</summary>
    internal double BiasRate { get; init; } = 2;

    /// <summary>clip_gradients: largest L2 norm of all gradients together; 0 for no limit.</summary>
    internal double ClipNorm { get; init; }

    /// <summary>iter_size: losses whose gradients are averaged into one step.</summary>
    internal int Accumulated { get; init; } = 1;
}

/// <summary>
/// SGD as Caffe's solvers do it: gradients averaged over iter_size, clipped together, biases at twice the rate.
/// </summary>
internal sealed class CaffeSolver : IDisposable
{
    private readonly CaffeSolverOptions _options;
    private readonly Tensor[] _values;
    private readonly double[] _rates;
    private readonly Sgd _sgd;

    /// <param name="trained">What is trained; changed but not owned.</param>
    /// <param name="options">Constants.</param>
    internal CaffeSolver(IEnumerable<NetworkTensor> trained, CaffeSolverOptions options)
    {
        NetworkTensor[] parameters = [.. trained];
        _options = options;
        foreach (NetworkTensor parameter in parameters)
            parameter.Value.requires_grad = true;
        _values = [.. parameters.Select(p => p.Value)];
        _rates = [.. parameters.Select(p => p.Role == TensorRole.Bias ? options.BiasRate : 1)];
        // Sgd adds decay * w to a gradient that is already multiplied by the rate factor.
        _sgd =
            new Sgd(_values,
            [.. parameters.Select((p, i) => p.Role != TensorRole.Bias || options.BiasDecays ? options.WeightDecay * _rates[i]
            : 0)], options.Momentum);
    }

    /// <summary>One step.</summary>
    /// <param name="loss">Called once for each accumulated loss, with its number.</param>
    /// <param name="rate">Base learning rate.</param>
    /// <returns>Mean of the losses.</returns>
    /// <exception cref="SpotException">A loss is not finite.</exception>
    internal double Step(Func<int, Tensor> loss, double rate)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[]? sum = null;
        double total = 0;
        for (int i = 0; i < _options.Accumulated; i++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor one = loss(i);
            total += one.item<float>() / (double)_options.Accumulated;
            Tensor[] gradients = Gradients.Of([one], _values);
            using IDisposable off = no_grad();
            Tensor[] shares = [.. gradients.Select(gradient => gradient.Times(1.0 / _options.Accumulated))];
            sum = [.. shares.Select((share, p) => inner.MoveToOuter(sum is null ? share : sum[p].Plus(share)))];
        }
        if (!double.IsFinite(total))
            throw new SpotException(
                $"the loss became {total}: the learning rate {rate} is too high for these weights; lower it with --set rate=...");
        using IDisposable quiet = no_grad();
        double clip = ClipFactor(sum!);
        _sgd.Step([.. sum!.Select((gradient, p) => _rates[p] * clip == 1 ? gradient : gradient.Times(_rates[p] * clip))], rate);
        return total;
    }

    public void Dispose() => _sgd.Dispose();

    private double ClipFactor(Tensor[] gradients)
    {
        if (_options.ClipNorm == 0)
            return 1;
        double norm = Math.Sqrt(gradients.Sum(gradient => (double)gradient.Squared().sum().item<float>()));
        return norm > _options.ClipNorm ? _options.ClipNorm / norm : 1;
    }
}
