using SpotArtifacts.Autoencoding;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>Stage 1: the autoencoder learns to reconstruct.</summary>
internal sealed class AutoencodingStage : ITrainingStage, IDisposable
{
    /// <summary>Name in progress, metrics and checkpoints.</summary>
    public const string Name = "autoencoder";

    private readonly Recipe _recipe;
    private readonly Adam _optimizer;
    private readonly AutoencodingStep _step;
    private readonly LinearDecay _rate;
    private readonly SampleImages _samples;

    /// <summary>A stage over an autoencoder that it does not own.</summary>
    public AutoencodingStage(Autoencoder autoencoder, Recipe recipe, SampleImages samples)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        (Autoencoder, _recipe, _samples) = (autoencoder, recipe, samples);
        _optimizer = new Adam(autoencoder.Trained().ForOptimizer(), OptimizerSettings.Of(recipe.Optimizer));
        _step = new AutoencodingStep(autoencoder, _optimizer, recipe.Autoencoding);
        _rate = OptimizerSettings.Schedule(recipe.Autoencoding.LearningRate, recipe.Autoencoding.Steps, recipe.Optimizer);
    }

    /// <summary>The network being trained.</summary>
    public Autoencoder Autoencoder { get; }

    /// <inheritdoc/>
    public string StageName => Name;

    /// <inheritdoc/>
    public IReadOnlyList<(nn.Module Network, Adam Optimizer)> Trained => [(Autoencoder, _optimizer)];

    /// <inheritdoc/>
    public long Steps => _recipe.Autoencoding.Steps;

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, double Value)> Run(long step, Tensor images, IReadOnlyList<int> indices, bool measure)
    {
        double rate = _rate.At(step);
        List<(string, double)> values = [];
        _step.Run(images, rate, seen =>
        {
            if (!ITrainingStage.ReadsLosses(images, measure))
                return;
            double loss = seen.Loss.item<float>();
            values.Add(("loss.reconstruction", loss));
            if (measure)
                values.Add(("mse", loss / _recipe.Autoencoding.ReconstructionWeight));
        });
        if (measure)
            values.AddRange([("loss.l2", _optimizer.WeightDecayLoss()), ("learning_rate", rate)]);
        return values;
    }

    /// <inheritdoc/>
    public void WriteSamples(string path)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor images = _samples.Images();
        Tensor reconstructed = Autoencoder.Forward(images, training: false);
        var sheet = new ContactSheet();
        sheet.AddRow("input", SampleImages.Tiles(images));
        sheet.AddRow("decoded", SampleImages.Tiles(reconstructed));
        PngFile.Write(path, sheet.Render(SampleImages.Scale(_recipe.Network.ImageSize)));
    }

    /// <inheritdoc/>
    public void Save(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        checkpoint.Add(Autoencoder);
        checkpoint.Add(Name, _optimizer);
    }

    /// <summary>Puts a saved state back.</summary>
    public void Restore(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        checkpoint.Restore(Autoencoder);
        checkpoint.Restore(Name, _optimizer);
    }

    /// <inheritdoc/>
    public void Dispose() => _optimizer.Dispose();
}
