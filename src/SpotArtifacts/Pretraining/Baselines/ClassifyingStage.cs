using SpotArtifacts.Checkpoints;
using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Networks;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining.Baselines;

/// <summary>
/// Trains the discriminator's layers and class head on a <see cref="IClassifyingTask"/>: same layers, loop, augmentation,
/// optimiser and weight decay as stage 2 of the method, so that what their features are worth can be compared.
/// </summary>
internal sealed class ClassifyingStage : ITrainingStage, IDisposable
{
    private readonly IClassifyingTask _task;
    private readonly Recipe _recipe;
    private readonly Adam _optimizer;
    private readonly Generator _random;
    private readonly LinearDecay _rate;
    private readonly SampleImages _samples;

    /// <summary>A stage with a network of its own.</summary>
    /// <param name="task">What is asked.</param>
    /// <param name="recipe">Sizes and settings.</param>
    /// <param name="samples">What its sheets show.</param>
    /// <param name="device">Where it trains.</param>
    public ClassifyingStage(IClassifyingTask task, Recipe recipe, SampleImages samples, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(recipe);
        (_task, _recipe, _samples) = (task, recipe, samples);
        Network = new Discriminator(recipe.Network, keepMaskHead: false, task.Classes);
        InitialValues.SetGlorotUniform(Network, recipe.Seed);
        Network.to(device ?? CPU);
        _optimizer = new Adam(Network.Trained().ForOptimizer(), OptimizerSettings.Of(recipe.Optimizer));
        _random = new Generator((ulong)recipe.Seed);
        _rate = OptimizerSettings.Schedule(recipe.Spotting.LearningRate, recipe.Spotting.Steps, recipe.Optimizer);
    }

    /// <summary>The network being trained.</summary>
    public Discriminator Network { get; }

    /// <inheritdoc/>
    public string StageName => _task.Name;

    /// <inheritdoc/>
    public IReadOnlyList<(nn.Module Network, Adam Optimizer)> Trained => [(Network, _optimizer)];

    /// <inheritdoc/>
    public long Steps => _recipe.Spotting.Steps;

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, double Value)> Run(long step, Tensor images, IReadOnlyList<int> indices, bool measure)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor asked, long[] answers) = _task.Ask(images, indices);
        Tensor logits = Network.Judge(Network.Trunk(asked), training: true, _random).ClassLogits;
        Tensor loss = Operations.SoftmaxCrossEntropy(logits,
            TensorData.From<long>(answers, answers.Length).Send(logits.device));
        Tensor[] gradients = Gradients.Of([loss], _optimizer.Values);
        GradientAverage.Start(gradients, _optimizer.Values)?.Finish();
        _optimizer.Step(gradients, _rate.At(step));
        List<(string, double)> values = [];
        if (ITrainingStage.ReadsLosses(images, measure))
            values.Add(("loss.classification", loss.item<float>()));
        if (measure)
            values.AddRange([("right", ShareRight(logits, answers)), ("loss.l2", _optimizer.WeightDecayLoss()),
                ("learning_rate", _rate.At(step))]);
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

    private static double ShareRight(Tensor logits, long[] answers)
    {
        long[] said = logits.argmax(1).ToArray<long>();
        return (double)said.Where((answer, i) => answer == answers[i]).Count() / answers.Length;
    }
}
