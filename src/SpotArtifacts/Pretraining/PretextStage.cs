using SpotArtifacts.Checkpoints;
using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Networks;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// Trains the discriminator's layers and a head on a <see cref="IPretext"/>: same layers, loop, augmentation, optimiser and weight
/// decay as stage 2 of the method, so that what their features are worth can be compared.
/// </summary>
internal sealed class PretextStage : ITrainingStage, IDisposable
{
    // Of the head's initial values; steps are counted from 0.
    private const ulong InitialStream = ulong.MaxValue;

    private readonly IPretext _pretext;
    private readonly Recipe _recipe;
    private readonly Adam _optimizer;
    private readonly Generator _random;
    private readonly LinearDecay _rate;
    private readonly SampleImages _samples;

    /// <summary>A stage with a network of its own.</summary>
    /// <param name="pretext">What is asked.</param>
    /// <param name="recipe">Sizes and settings.</param>
    /// <param name="samples">What its sheets show.</param>
    /// <param name="device">Where it trains.</param>
    /// <exception cref="SpotException">The pretext has neither a head of its own nor classes for the method's.</exception>
    public PretextStage(IPretext pretext, Recipe recipe, SampleImages samples, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(pretext);
        ArgumentNullException.ThrowIfNull(recipe);
        (_pretext, _recipe, _samples) = (pretext, recipe, samples);
        NativeEngine.EnsureLoaded();
        SeedDefaultGenerator(InitialStream);
        nn.Module<Tensor, Tensor>? head = pretext.CreateHead(recipe.Network);
        if (head is null && pretext.Classes < 2)
            throw new SpotException(
                $"pretext {pretext.Name} has no head of its own and {pretext.Classes} classes: the method's class head needs two or "
                    + "more");
        Network = new Discriminator(
            recipe.Network, keepMaskHead: false, head is null ? pretext.Classes : 0, rotationHead: false, instanceHead: false,
            head);
        InitialValues.SetGlorotUniform(Network, recipe.Seed);
        Network.to(device ?? CPU);
        _optimizer = new Adam(Network.Trained().ForOptimizer(), OptimizerSettings.Of(recipe.Optimizer));
        _random = new Generator((ulong)recipe.Seed);
        _rate = OptimizerSettings.Schedule(recipe.Spotting.LearningRate, recipe.Spotting.Steps, recipe.Optimizer);
    }

    /// <summary>The network being trained.</summary>
    public Discriminator Network { get; }

    /// <inheritdoc/>
    public string StageName => _pretext.Name;

    /// <inheritdoc/>
    public IReadOnlyList<(nn.Module Network, Adam Optimizer)> Trained => [(Network, _optimizer)];

    /// <inheritdoc/>
    public long Steps => _recipe.Spotting.Steps;

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, double Value)> Run(long step, Tensor images, IReadOnlyList<int> indices, bool measure)
    {
        using DisposeScope scope = NewDisposeScope();
        SeedDefaultGenerator((ulong)step);
        PretextBatch asked = _pretext.Ask(images, indices, _random);
        Tensor answers = Network.Answer(asked.Images, _random);
        Tensor loss = _pretext.Loss(answers, asked.Targets);
        Tensor[] gradients = Gradients.Of([loss], _optimizer.Values);
        GradientAverage.Start(gradients, _optimizer.Values)?.Finish();
        _optimizer.Step(gradients, _rate.At(step));
        List<(string, double)> values = [];
        if (ITrainingStage.ReadsLosses(images, measure))
            values.Add(($"loss.{_pretext.LossName}", loss.item<float>()));
        if (measure)
        {
            using IDisposable off = no_grad();
            values.AddRange([.. _pretext.Measure(answers, asked.Targets), ("loss.l2", _optimizer.WeightDecayLoss()),
                ("learning_rate", _rate.At(step))]);
        }
        return values;
    }

    /// <inheritdoc/>
    public void WriteSamples(string path)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        var sheet = new ContactSheet();
        sheet.AddRow("input", SampleImages.Tiles(_samples.Images()));
        PngFile.Write(path, sheet.Render(SampleImages.Scale(_recipe.Network.ImageSize)));
    }

    /// <inheritdoc/>
    public void Save(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        checkpoint.Add(Network);
        checkpoint.Add(StageName, _optimizer);
        checkpoint.Add("random", _random);
    }

    /// <summary>Finished weights: the network and its averages.</summary>
    public void SaveWeights(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        checkpoint.Add(Network);
        checkpoint.AddAverages(_optimizer);
    }

    /// <summary>Puts a saved state back.</summary>
    public void Restore(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        checkpoint.Restore(Network);
        checkpoint.Restore(StageName, _optimizer);
        checkpoint.Restore("random", _random);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        _random.Dispose();
        Network.Dispose();
    }

    // A head of somebody else's modules draws from there; its state need not be saved where each step begins anew.
    private void SeedDefaultGenerator(ulong stream) =>
        manual_seed((long)(SeededRandom.Mix((ulong)_recipe.Seed, stream) >> 1)).Dispose();
}
