using SpotArtifacts.Autoencoding;
using SpotArtifacts.Checkpoints;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>Stage 2: discriminator and repair network trained against each other over the frozen autoencoder.</summary>
internal sealed class SpottingStage : ITrainingStage, IDisposable
{
    /// <summary>Name in progress, metrics and checkpoints.</summary>
    public const string Name = "spotting";

    private readonly Recipe _recipe;
    private readonly Autoencoder _autoencoder;
    private readonly Adam _spotter, _repairer;
    private readonly Generator _random;
    private readonly CorruptHistory? _history;
    private readonly InstanceMemory? _memory;
    private readonly SpottingStep _step;
    private readonly LinearDecay _spottingRate, _repairRate, _pace;
    private readonly LinearCourse _dropRate, _maskWeight;
    private readonly BalanceController? _balance;
    private readonly long _gameFrom; // the first step that may play
    private readonly SampleImages _samples;
    private readonly Device _device;

    /// <summary>A stage over an autoencoder that it does not own and does not change.</summary>
    /// <param name="autoencoder">On the device.</param>
    /// <param name="recipe">Sizes and settings.</param>
    /// <param name="samples">What its sheets show.</param>
    /// <param name="device">Where it trains.</param>
    public SpottingStage(Autoencoder autoencoder, Recipe recipe, SampleImages samples, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        (_autoencoder, _recipe, _samples, _device) = (autoencoder, recipe, samples, device ?? CPU);
        Networks = new SpottingNetworks(autoencoder, recipe);
        Networks.Initialize(recipe.Seed);
        Networks.MoveTo(_device);
        _spotter = new Adam(Networks.Discriminator.Trained().ForOptimizer(), OptimizerSettings.Of(recipe.Optimizer));
        _repairer = new Adam(Networks.Repair.Trained().ForOptimizer(), OptimizerSettings.Of(recipe.Optimizer));
        _random = new Generator((ulong)recipe.Seed);
        if (recipe.Spotting.HistorySize > 0)
            _history = new CorruptHistory(recipe.Spotting.HistorySize, recipe.Spotting.HistoryShare, _random);
        if (recipe.Spotting.InstanceWeight > 0)
            _memory = new InstanceMemory(samples.SetCount, InstanceMemory.Width, _device);
        _step = new SpottingStep(Networks, recipe, _spotter, _repairer, _random, _history, _memory);
        _spottingRate = OptimizerSettings.Schedule(recipe.Spotting.LearningRate, recipe.Spotting.Steps, recipe.Optimizer);
        _repairRate = OptimizerSettings.Schedule(recipe.Spotting.RepairLearningRate, recipe.Spotting.Steps, recipe.Optimizer);
        _pace = OptimizerSettings.Schedule(1, recipe.Spotting.Steps, recipe.Optimizer);
        _dropRate = new LinearCourse(recipe.Damage.DropRate, recipe.Damage.DropRateEnd, recipe.Spotting.Steps);
        _maskWeight = new LinearCourse(recipe.Spotting.MaskWeight, recipe.Spotting.MaskWeightEnd, recipe.Spotting.Steps);
        _gameFrom = (long)(recipe.Spotting.GameFrom * recipe.Spotting.Steps);
        if (recipe.Spotting.Balance > 0)
            _balance = new BalanceController(recipe.Spotting.Balance, _device);
    }

    /// <summary>The networks being trained.</summary>
    public SpottingNetworks Networks { get; }

    /// <inheritdoc/>
    public string StageName => Name;

    /// <inheritdoc/>
    public IReadOnlyList<(nn.Module Network, Adam Optimizer)> Trained =>
        [(Networks.Discriminator, _spotter), (Networks.Repair, _repairer)];

    /// <inheritdoc/>
    public long Steps => _recipe.Spotting.Steps;

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, double Value)> Run(long step, Tensor images, IReadOnlyList<int> indices, bool measure)
    {
        List<(string, double)> values = [];
        if (_memory is not null)
            _memory.Shown = indices;
        double spottingRate = _spottingRate.At(step) * (_balance?.SpottingFactor ?? 1);
        double repairRate = _repairRate.At(step) * (_balance?.RepairFactor ?? 1);
        // The last of so many: then the steps whose measures are recorded, the last of theirs, include some that play.
        if (step < _gameFrom || (step + 1) % _recipe.Spotting.GameEvery != 0)
        {
            _step.RunQuestions(images, spottingRate, (answers, rotation, instance) =>
            {
                if (ITrainingStage.ReadsLosses(images, measure))
                    AddQuestionLosses(values, rotation, instance);
                if (measure)
                    values.Add(("right_on_turns", answers.Right().item<float>()));
            });
            return values;
        }
        (_step.DropRate, _step.MaskWeight) = (_dropRate.At(step), _maskWeight.At(step));
        _step.Run(images, spottingRate, repairRate, seen =>
        {
            _balance?.Count(seen.Verdict.ClassLogits);
            if (ITrainingStage.ReadsLosses(images, measure))
                AddLosses(values, seen);
            if (measure)
                values.AddRange(SpottingHealth.Measure(seen));
        });
        if (measure)
            values.AddRange([("loss.spotting_l2", _spotter.WeightDecayLoss()), ("loss.repair_l2", _repairer.WeightDecayLoss()),
                ("learning_rate", spottingRate), .. _balance?.Values ?? []]);
        _balance?.Move(_pace.At(step));
        return values;
    }

    /// <inheritdoc/>
    public void WriteSamples(string path) => SpottingSamples.Write(path, _samples.Images(), Networks, _recipe);

    /// <inheritdoc/>
    public void Save(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        AddNetworks(checkpoint);
        checkpoint.Add("spotter", _spotter);
        checkpoint.Add("repairer", _repairer);
        checkpoint.Add("random", _random);
        _balance?.Save(checkpoint);
        _memory?.Save(checkpoint);
        if (_history?.Images is not { } images)
            return;
        checkpoint.Add("history.images", images);
        checkpoint.Add("history.masks", _history.Masks!);
    }

    /// <summary>Finished weights: all networks, and the averages of the two trained in this stage.</summary>
    public void SaveWeights(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        AddNetworks(checkpoint);
        checkpoint.AddAverages(_spotter);
        checkpoint.AddAverages(_repairer);
    }

    /// <summary>Puts a saved state back; the autoencoder must have been restored before this stage was made.</summary>
    public void Restore(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        checkpoint.Restore(Networks.Discriminator);
        checkpoint.Restore(Networks.Repair);
        checkpoint.Restore("spotter", _spotter);
        checkpoint.Restore("repairer", _repairer);
        checkpoint.Restore("random", _random);
        _balance?.Restore(checkpoint);
        _memory?.Restore(checkpoint);
        if (_history is null || !checkpoint.Has("history.images"))
            return;
        using DisposeScope scope = NewDisposeScope();
        // The layout of images in training: kernels of another layout round differently.
        _history.Restore(OnDevice("history.images").ToChannelsLast(), OnDevice("history.masks"));
        Tensor OnDevice(string name) => checkpoint.GetTensor(name).to(ScalarType.Float32, _device);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _spotter.Dispose();
        _repairer.Dispose();
        _random.Dispose();
        _history?.Dispose();
        _balance?.Dispose();
        _memory?.Dispose();
        Networks.Dispose();
    }

    private static void AddLosses(List<(string, double)> values, SpottingObservation seen)
    {
        values.Add(("loss.spotting", seen.Spotting.CrossEntropy.item<float>()));
        if (seen.Spotting.Mask is not null)
            values.Add(("loss.mask", seen.Spotting.Mask.item<float>()));
        AddQuestionLosses(values, seen.Spotting.Rotation, seen.Spotting.Instance);
        values.Add(("loss.repair", seen.Repair.CrossEntropy.item<float>()));
        if (seen.Repair.SquaredError is not null)
            values.Add(("loss.repair_mse", seen.Repair.SquaredError.item<float>()));
    }

    private static void AddQuestionLosses(List<(string, double)> values, Tensor? rotation, Tensor? instance)
    {
        if (rotation is not null)
            values.Add(("loss.rotation", rotation.item<float>()));
        if (instance is not null)
            values.Add(("loss.instance", instance.item<float>()));
    }

    private void AddNetworks(Checkpoint checkpoint)
    {
        checkpoint.Add(_autoencoder);
        checkpoint.Add(Networks.Repair);
        checkpoint.Add(Networks.Discriminator);
    }
}
