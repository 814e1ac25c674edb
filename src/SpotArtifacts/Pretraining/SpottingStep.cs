using SpotArtifacts.Damage;
using SpotArtifacts.Repair;
using SpotArtifacts.Spotting;
using SpotArtifacts.Torch;
using SpotArtifacts.Torch.Optimization;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// One step of stage 2, in the order of the paper: encode, decode clean, damage, repair, discriminate, two losses from the one
/// forward pass, gradients of each at its own network, one update of each.
/// </summary>
public sealed class SpottingStep
{
    private readonly SpottingNetworks _networks;
    private readonly Recipe _recipe;
    private readonly FeatureDamage _damage;
    private readonly RandomGenerator _random;
    private readonly CorruptHistory? _history;
    private readonly Adam _spotter, _repairer;

    /// <summary>A step over networks and optimisers that it does not own.</summary>
    public SpottingStep(SpottingNetworks networks, Recipe recipe, Adam spotter, Adam repairer, RandomGenerator random, CorruptHistory? history)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        (_networks, _recipe, _spotter, _repairer, _random, _history) = (networks, recipe, spotter, repairer, random, history);
        _damage = FeatureDamage.Of(recipe.Damage);
    }

    /// <summary>Updates both networks on images (B, 3, S, S) in [-1, 1].</summary>
    /// <param name="images">The batch.</param>
    /// <param name="spottingRate">Learning rate of the discriminator.</param>
    /// <param name="repairRate">Learning rate of the repair network.</param>
    /// <param name="observe">Called with the step's tensors before they are freed; for metrics and sample sheets.</param>
    public void Run(Tensor images, double spottingRate, double repairRate, Action<SpottingObservation>? observe = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var scope = new TensorScope();
        Tensor features = _networks.Encode(images);
        Tensor clean = Clean(images, features);
        KeepMask? mask = SampleMask(features);
        Tensor corrupt = Corrupt(features, mask);
        (Tensor shown, KeepMask? shownMask) = _history is null || mask is null ? (corrupt, mask) : _history.Mix(corrupt, mask);
        Verdict verdict = _networks.Discriminate(clean, shown, training: true, _random);
        SpottingLoss spotting = SpottingLoss.Of(verdict, shownMask, _recipe.Spotting.MaskWeight);
        RepairLoss repair = RepairLoss.Of(verdict, spotting, images, corrupt, mask, _recipe.Spotting);
        Update(spotting, repair, spottingRate, repairRate);
        observe?.Invoke(new SpottingObservation(images, clean, shown, shownMask, verdict, spotting, repair));
    }

    private Tensor Clean(Tensor images, Tensor features) =>
        _recipe.Spotting.Real == RealImages.Raw ? images : _networks.Decode(features);

    private KeepMask? SampleMask(Tensor features) => _networks.HasMask
        ? KeepMask.Sample(features.Shape[0], (int)features.Shape[2], _recipe.Damage.DropRate, _random, features.Device)
        : null;

    private Tensor Corrupt(Tensor features, KeepMask? mask) => mask is null
        ? _networks.Generate(features.Shape[0], training: true, _random, features.Device)
        : _networks.RepairAndDecode(_damage.Apply(features, mask), mask, training: true);

    private void Update(SpottingLoss spotting, RepairLoss repair, double spottingRate, double repairRate)
    {
        bool repairs = _repairer.Parameters.Count > 0;
        Tensor[] spottingGradients = Autograd.Gradients([spotting.Total], _spotter.Values, retainGraph: repairs);
        Tensor[] repairGradients = repairs ? Autograd.Gradients([repair.Total], _repairer.Values) : [];
        _spotter.Step(spottingGradients, spottingRate);
        if (repairs) _repairer.Step(repairGradients, repairRate);
    }
}

/// <summary>What one step of stage 2 made; valid only during the call it is passed to.</summary>
/// <param name="Images">(B, 3, S, S) as loaded.</param>
/// <param name="Clean">What C was shown as real.</param>
/// <param name="Corrupt">What C was shown as corrupt.</param>
/// <param name="Mask">Mask of the corrupt images; null when they come from noise.</param>
/// <param name="Verdict">C's verdict on both, clean first.</param>
/// <param name="Spotting">C's loss.</param>
/// <param name="Repair">The repair network's loss.</param>
public sealed record SpottingObservation(
    Tensor Images, Tensor Clean, Tensor Corrupt, KeepMask? Mask, Verdict Verdict, SpottingLoss Spotting, RepairLoss Repair);
