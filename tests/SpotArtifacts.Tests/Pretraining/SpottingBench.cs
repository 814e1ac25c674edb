using SpotArtifacts.Autoencoding;
using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Tests.Pretraining;

/// <summary>
/// One step of stage 2 taken apart: small networks at their initial values, a batch of noise, everything a step makes.
/// </summary>
internal sealed class SpottingBench : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(11);
    private readonly Autoencoder _autoencoder;

    internal SpottingBench(params string[] settings) : this(3, settings)
    {
    }

    internal SpottingBench(int batch, string[] settings)
    {
        Recipe = TinyRun.Recipe(settings);
        _autoencoder = new Autoencoder(Recipe.Network);
        InitialValues.SetVarianceScaling(_autoencoder, 1);
        Networks = new SpottingNetworks(_autoencoder, Recipe);
        Networks.Initialize(1);
        AdamOptions options = OptimizerSettings.Of(Recipe.Optimizer);
        Spotter = new Adam(Networks.Discriminator.Trained().ForOptimizer(), options);
        Repairer = new Adam(Networks.Repair.Trained().ForOptimizer(), options);
        History = new CorruptHistory(Recipe.Spotting.HistorySize, Recipe.Spotting.HistoryShare, _random);
        // The images of a step are the first of fifty unless a test says which.
        Memory = Recipe.Spotting.InstanceWeight == 0 ? null
            : new InstanceMemory(50, InstanceMemory.Width, CPU) { Shown = [.. Enumerable.Range(0, batch)] };
        Step = new SpottingStep(Networks, Recipe, Spotter, Repairer, _random, Recipe.Spotting.HistorySize > 0 ? History : null,
            Memory);
        Images = functional.tanh(Operations.Normal(_random, CPU, batch, 3, Recipe.Network.ImageSize, Recipe.Network.ImageSize))
            .ToChannelsLast();
    }

    internal Recipe Recipe { get; }

    internal SpottingNetworks Networks { get; }

    internal Adam Spotter { get; }

    internal Adam Repairer { get; }

    internal CorruptHistory History { get; }

    /// <summary>Null where no question asks against it.</summary>
    internal InstanceMemory? Memory { get; }

    internal SpottingStep Step { get; }

    internal Tensor Images { get; }

    /// <summary>Outputs of the last forward pass, by stage.</summary>
    internal Dictionary<string, Tensor> Stages { get; } = [];

    internal SpottingObservation Forward(KeepMask? mask)
    {
        Stages.Clear();
        return Step.Forward(Images, mask, (name, value) => Stages[name] = value);
    }

    internal SpottingObservation Forward() => Forward(Step.SampleMask(Images));

    public void Dispose()
    {
        History.Dispose();
        Memory?.Dispose();
        Spotter.Dispose();
        Repairer.Dispose();
        Networks.Dispose();
        _autoencoder.Dispose();
        _random.Dispose();
        _scope.Dispose();
    }
}
