using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Verification;

/// <summary>Replays stage 2: evaluation, five steps, five slow steps, and one step from a state stored in the middle.</summary>
internal sealed class SpottingReplay : IDisposable
{
    private const int Steps = 5;
    private readonly Fixture _fixture;
    private readonly Comparisons _comparisons;
    private readonly Tensor _images;
    private readonly KeepMask _mask;
    private SpottingTrial _trial;

    public SpottingReplay(Fixture fixture, Comparisons comparisons)
    {
        (_fixture, _comparisons) = (fixture, comparisons);
        NetworkOptions network = fixture.Settings.Recipe.Network;
        long batch = fixture.Shape("in/x")[0], grid = network.BottleneckGrid;
        _images = fixture.Input("in/x", batch, 3, network.ImageSize, network.ImageSize);
        _mask = new KeepMask(fixture.Input("in/mask", batch, 1, grid, grid));
        _trial = new SpottingTrial(fixture);
    }

    public void Run()
    {
        foreach ((string name, float[] values) in _trial.State)
            CompareStart(name, values);
        Evaluate();
        FirstSteps();
        SlowSteps();
        ResumedStep();
    }

    public void Dispose() => _trial.Dispose();

    // A stored start is an input; samples and statistics of a generated one are compared.
    private void CompareStart(string name, float[] values)
    {
        if (!_fixture.Inputs.Contains($"state0/{name}"))
            _comparisons.Compare($"state0/{name}", values);
    }

    private void Evaluate()
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Discriminator discriminator = _trial.Networks.Discriminator;
        foreach ((string layer, Tensor value) in discriminator.Features(_images))
            _comparisons.Compare($"eval0/disc.{layer}", value);
        Verdict verdict = discriminator.Judge(discriminator.Trunk(_images, training: false), training: false, dropout: null);
        _comparisons.Compare("eval0/disc.mask_logits", verdict.MaskLogits!);
        _comparisons.Compare("eval0/disc.class_logits", verdict.ClassLogits);
        Tensor damaged = new FeatureDamage(_fixture.Settings.Recipe.Damage.Fill).Apply(_trial.Networks.Encode(_images), _mask);
        _comparisons.Compare("eval0/corrupt", _trial.Networks.RepairAndDecode(damaged, _mask, training: false));
    }

    private void FirstSteps()
    {
        double rate = _fixture.Settings.LearningRate;
        Descend("curve", rate, i => _comparisons.CompareState($"step{i}", _trial.Trained, _trial.State, rate));
        _comparisons.CompareAverages($"ema{Steps}", _trial.Spotter, _trial.State, rate);
        _comparisons.CompareAverages($"ema{Steps}", _trial.Repairer, _trial.State, rate);
    }

    private void SlowSteps()
    {
        if (!_fixture.HasGroup("slow5") && !_fixture.HasGroup("slow_curve"))
            return;
        Restart();
        double rate = _fixture.Settings.SlowLearningRate;
        Descend("slow_curve", rate, i =>
        {
            if (i == Steps)
                _comparisons.CompareState("slow5", _trial.Trained, _trial.State, rate);
        });
    }

    private void ResumedStep()
    {
        if (!_fixture.HasGroup("resume.pre"))
            return;
        Restart();
        _trial.Resume(_fixture, "resume", steps: Steps - 1);
        Step("resume.", _fixture.Settings.LearningRate);
        _comparisons.CompareState("resume.post", _trial.Trained, _trial.State, _fixture.Settings.LearningRate);
    }

    private void Restart()
    {
        _trial.Dispose();
        _trial = new SpottingTrial(_fixture);
    }

    // Five steps and their losses; the first one's outputs, losses and gradients count once, in FirstSteps.
    private void Descend(string curve, double rate, Action<int> afterStep)
    {
        float[] spotting = new float[Steps], repair = new float[Steps];
        for (int i = 0; i < Steps; i++)
        {
            (spotting[i], repair[i]) = Step(curve == "curve" && i == 0 ? "" : null, rate);
            afterStep(i + 1);
        }
        _comparisons.Compare($"{curve}/disc.total", spotting);
        _comparisons.Compare($"{curve}/repair.total", repair);
    }

    /// <summary>One step; with a prefix, what it makes is compared under names that start with it.</summary>
    private (float Spotting, float Repair) Step(string? prefix, double rate)
    {
        using DisposeScope scope = NewDisposeScope();
        var stages = new SpottingStages();
        SpottingObservation seen = _trial.Step.Forward(_images, _mask, stages.Add);
        (float, float) totals = Losses(seen, prefix);
        if (prefix == "")
        {
            stages.Add(seen);
            stages.CompareOutputs(_comparisons);
            stages.CompareGradients(seen, _fixture, _comparisons);
            CompareLabels(seen);
        }
        SpottingGradients gradients = _trial.Step.Differentiate(seen);
        if (prefix is not null)
        {
            _comparisons.CompareGradients($"{prefix}grad.disc", _trial.Spotter, gradients.Spotting);
            _comparisons.CompareGradients($"{prefix}grad.repair", _trial.Repairer, gradients.Repair);
        }
        _trial.Step.Update(gradients, rate, rate, _fixture.Settings.EmaDecay);
        return totals;
    }

    private (float Spotting, float Repair) Losses(SpottingObservation seen, string? prefix)
    {
        float spotting = Loss("disc", _trial.Spotter.WeightDecayLoss(), ("ce", seen.Spotting.CrossEntropy),
            ("mask", seen.Spotting.Mask!));
        float repair = Loss("repair", _trial.Repairer.WeightDecayLoss(), ("ce", seen.Repair.CrossEntropy),
            ("mse", seen.Repair.SquaredError!));
        return (spotting, repair);

        float Loss(string network, double decay, params (string Name, Tensor Value)[] parts)
        {
            double total = decay + parts.Sum(part => (double)part.Value.item<float>());
            if (prefix is null)
                return (float)total;
            foreach ((string name, Tensor value) in parts)
                _comparisons.Compare($"{prefix}loss/{network}.{name}", value);
            _comparisons.Compare($"{prefix}loss/{network}.l2", [(float)decay]);
            _comparisons.Compare($"{prefix}loss/{network}.total", [(float)total]);
            return (float)total;
        }
    }

    private void CompareLabels(SpottingObservation seen)
    {
        long[] labels = SpottingLoss.Labels(seen.Verdict.ClassLogits, SpottingLoss.Real, SpottingLoss.Corrupt).ToArray<long>();
        _comparisons.Compare("in/labels", [.. labels.Select(label => (float)label)]);
    }
}
