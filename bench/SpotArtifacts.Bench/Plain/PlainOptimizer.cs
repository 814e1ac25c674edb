using SpotArtifacts.Engine;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SpotArtifacts.Bench.Plain;

/// <summary>The library's Adam, with L2 on convolutions' and products' weights, and a moving average of what it trains.</summary>
internal sealed class PlainOptimizer : IDisposable
{
    private readonly optim.Optimizer[] _optimizers;
    private readonly Tensor[] _averages;
    private readonly AdamOptions _options;

    internal PlainOptimizer(AdamOptions options, double rate, params nn.Module[] networks)
    {
        _options = options;
        Parameters = [.. networks.SelectMany(network => network.parameters()).Where(parameter => parameter.requires_grad)];
        _optimizers =
        [
            optim.Adam(Parameters.Where(Decays), rate, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay),
            optim.Adam(Parameters.Where(p => !Decays(p)), rate, options.Beta1, options.Beta2, options.Epsilon),
        ];
        _averages = [.. Parameters.Select(parameter => parameter.detach().clone().DetachFromDisposeScope())];
    }

    internal Parameter[] Parameters { get; }

    internal static bool Decays(Tensor parameter) => parameter.Dimensions > 1;

    /// <summary>L2 part of the loss.</summary>
    internal double DecayLoss()
    {
        using DisposeScope scope = NewDisposeScope();
        return Parameters.Where(Decays)
            .Sum(p => 0.5 * _options.WeightDecay * p.detach().to(ScalarType.Float64).square().sum().item<double>());
    }

    /// <summary>A parameter's gradient with the decay's part, which the library's Adam adds itself.</summary>
    internal Tensor WithDecay(Tensor gradient, int parameter) => Decays(Parameters[parameter])
        ? gradient.add(Parameters[parameter].detach(), _options.WeightDecay) : gradient;

    internal void Step(IReadOnlyList<Tensor> gradients)
    {
        for (int i = 0; i < Parameters.Length; i++)
            Parameters[i].grad = gradients[i];
        foreach (optim.Optimizer optimizer in _optimizers)
            optimizer.step();
        using IDisposable off = no_grad();
        for (int i = 0; i < Parameters.Length; i++)
            _averages[i].mul_(_options.EmaDecay).add_(Parameters[i], 1 - _options.EmaDecay);
    }

    public void Dispose()
    {
        foreach (optim.Optimizer optimizer in _optimizers)
            optimizer.Dispose();
        foreach (Tensor average in _averages)
            average.Dispose();
    }
}
