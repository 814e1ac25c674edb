using SpotArtifacts.Damage;
using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using SpotArtifacts.Repair;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// One step of stage 2, in the order of the paper: encode, decode clean, damage, repair, discriminate, two losses from the one
/// forward pass, gradients of each at its own network, one update of each.
/// </summary>
public sealed class SpottingStep
{
    private static readonly string[] s_gameHeads = ["mask_head", "fc1", "fc2"];

    private readonly SpottingNetworks _networks;
    private readonly Recipe _recipe;
    private readonly FeatureDamage _damage;
    private readonly Generator _random;
    private readonly CorruptHistory? _history;
    private readonly RotationQuestion? _question;
    private readonly InstanceMemory? _memory;
    private readonly Adam _spotter, _repairer;
    private readonly int[] _asked; // which of the discriminator's parameters take part in the questions

    /// <summary>A step over networks and optimisers that it does not own.</summary>
    /// <exception cref="ArgumentException">
    /// The recipe asks which image it sees (<c>spotting.instance_weight</c>), against a memory that only a run has.
    /// </exception>
    public SpottingStep(SpottingNetworks networks, Recipe recipe, Adam spotter, Adam repairer, Generator random,
        CorruptHistory? history) : this(networks, recipe, spotter, repairer, random, history, memory: null)
    {
    }

    /// <summary>A step over networks, optimisers and a memory that it does not own.</summary>
    internal SpottingStep(SpottingNetworks networks, Recipe recipe, Adam spotter, Adam repairer, Generator random,
        CorruptHistory? history, InstanceMemory? memory)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (recipe.Spotting.InstanceWeight > 0 && memory is null)
            throw new ArgumentException("spotting.instance_weight asks against a memory of the run's images: set it to 0, or "
                + "train with Pretrainer", nameof(recipe));
        _memory = memory;
        (_networks, _recipe, _spotter, _repairer, _random, _history) = (networks, recipe, spotter, repairer, random, history);
        _damage = new FeatureDamage(recipe.Damage.Fill);
        if (recipe.Spotting.RotationWeight > 0)
            _question = new RotationQuestion(recipe.Spotting, networks.Discriminator, random, memory);
        _asked = [.. Enumerable.Range(0, spotter.Parameters.Count).Where(i => !IsGames(spotter.Parameters[i].Name))];
        (DropRate, MaskWeight) = (recipe.Damage.DropRate, recipe.Spotting.MaskWeight);
    }

    /// <summary>Probability that a feature entry is dropped in the next step; the recipe's first unless set.</summary>
    internal double DropRate { get; set; }

    /// <summary>Lambda of the next step; the recipe's first unless set.</summary>
    internal double MaskWeight { get; set; }

    /// <summary>Updates both networks on images (B, 3, S, S) in [-1, 1].</summary>
    /// <param name="images">The batch.</param>
    /// <param name="spottingRate">Learning rate of the discriminator.</param>
    /// <param name="repairRate">Learning rate of the repair network.</param>
    /// <param name="observe">Called with the step's tensors before they are freed; for metrics and sample sheets.</param>
    public void Run(Tensor images, double spottingRate, double repairRate, Action<SpottingObservation>? observe = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable? rows = RankGroup.DrawFor(Players(images));
        KeepMask? mask = SampleMask(images);
        SpottingObservation seen = Forward(images, mask);
        SpottingGradients gradients = Differentiate(seen);
        Update(gradients, spottingRate, repairRate);
        _memory?.Remember();
        observe?.Invoke(seen);
    }

    /// <summary>
    /// Updates the discriminator by the questions alone, asked of the batch's raw share: a step without the game. What only the
    /// game trains, its two heads, has no gradient then and stays as it is: decay would bring it to zero before the game begins.
    /// </summary>
    /// <param name="images">The batch (B, 3, S, S) in [-1, 1].</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="observe">Called with the answers and the weighted losses before they are freed.</param>
    internal void RunQuestions(Tensor images, double rate, Action<RotationAnswers, Tensor, Tensor?>? observe = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        using DisposeScope scope = NewDisposeScope();
        RotationQuestion question = _question ?? throw new InvalidOperationException("this recipe asks nothing but the game");
        RotationAnswers answers = question.Ask(images, conv5: null);
        (Tensor rotation, Tensor? instance) = answers.Losses(_recipe.Spotting);
        Tensor[] values = [.. _asked.Select(i => _spotter.Values[i])];
        Tensor[] asked = Gradients.Of([instance is null ? rotation : rotation.Plus(instance)], values);
        GradientAverage.Start(asked, values)?.Finish();
        var gradients = new Tensor?[_spotter.Values.Count];
        for (int i = 0; i < asked.Length; i++)
            gradients[_asked[i]] = asked[i];
        _spotter.Step(gradients, rate);
        _memory?.Remember();
        observe?.Invoke(answers, rotation, instance);
    }

    /// <summary>The mask of a batch: drawn for each image and feature entry, null where corrupt images come from noise.</summary>
    public KeepMask? SampleMask(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return _networks.HasMask ? KeepMask.Sample(Players(images), _recipe.Network.BottleneckGrid, DropRate, _random,
            images.device, _recipe.Damage.Block) : null;
    }

    /// <summary>The one forward pass, with both losses; updates running statistics, but no parameters.</summary>
    /// <param name="images">The batch (B, 3, S, S).</param>
    /// <param name="mask">Which feature entries are kept; null where corrupt images come from noise.</param>
    /// <param name="stage">Called with each stage's name and output, C's stages once for each half; for tests and
    /// displays.</param>
    public SpottingObservation Forward(Tensor images, KeepMask? mask, Action<string, Tensor>? stage = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        using IDisposable once = EnginePrecision.CastWeightsOnce();
        Tensor players = _question?.Play(images) ?? images;
        Tensor features = Tap(stage, "bottleneck", _networks.Encode(players));
        Tensor clean = Tap(stage, "recon", Clean(players, features));
        Tensor corrupt = Tap(stage, "corrupt", Corrupt(features, mask, stage));
        (Tensor shown, KeepMask? shownMask) = Replay(corrupt, mask);
        Verdict verdict = _networks.Discriminate(clean, shown, training: true, _random, stage);
        SpottingLoss spotting = SpottingLoss.Of(verdict, shownMask, MaskWeight);
        RepairLoss repair = RepairLoss.Of(verdict, spotting, players, corrupt, mask, _recipe.Spotting);
        RotationAnswers? turns = _question?.Ask(images, verdict.Conv5);
        // Only now: the repair network is not trained by the question, in no objective.
        if (turns is not null)
        {
            (Tensor rotation, Tensor? instance) = turns.Losses(_recipe.Spotting);
            spotting = spotting with { Rotation = rotation, Instance = instance };
        }
        return new SpottingObservation(players, clean, shown, shownMask, verdict, spotting, repair) { Turns = turns };
    }

    /// <summary>Gradients of each loss at its own network, without the decay's part; frees the recorded graph.</summary>
    public SpottingGradients Differentiate(SpottingObservation seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        bool repairs = _repairer.Parameters.Count > 0;
        Tensor[] spotting = Gradients.Of([seen.Spotting.Total], _spotter.Values, retainGraph: repairs);
        // Ranks exchange the first gradients while they compute the second.
        var spottingAverage = GradientAverage.Start(spotting, _spotter.Values);
        Tensor[] repair = repairs ? Gradients.Of([seen.Repair.Total], _repairer.Values) : [];
        return new SpottingGradients(spotting, repair)
        {
            SpottingAverage = spottingAverage,
            RepairAverage = GradientAverage.Start(repair, _repairer.Values),
        };
    }

    /// <summary>One update of each network.</summary>
    public void Update(SpottingGradients gradients, double spottingRate, double repairRate, double? averageDecay = null)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        gradients.SpottingAverage?.Finish();
        _spotter.Step(gradients.Spotting, spottingRate, averageDecay);
        gradients.RepairAverage?.Finish();
        if (gradients.Repair.Length > 0)
            _repairer.Step(gradients.Repair, repairRate, averageDecay);
    }

    private static bool IsGames(string parameter) => Array.Exists(s_gameHeads,
        head => parameter.StartsWith($"discriminator.{head}.", StringComparison.Ordinal));

    private long Players(Tensor images) => _question?.Players(images.shape[0]) ?? images.shape[0];

    private Tensor Clean(Tensor images, Tensor features) =>
        _recipe.Spotting.Real == RealImages.Raw ? images : _networks.Decode(features);

    private Tensor Corrupt(Tensor features, KeepMask? mask, Action<string, Tensor>? stage) => mask is null
        ? _networks.Generate(features.shape[0], training: true, _random, features.device)
        : _networks.RepairAndDecode(Tap(stage, "damaged", _damage.Apply(features, mask)), mask, training: true, stage);

    private (Tensor Shown, KeepMask? Mask) Replay(Tensor corrupt, KeepMask? mask) =>
        _history is null || mask is null ? (corrupt, mask) : _history.Mix(corrupt, mask);

    private static Tensor Tap(Action<string, Tensor>? stage, string name, Tensor value)
    {
        stage?.Invoke(name, value);
        return value;
    }
}

/// <summary>Gradients of one step of stage 2; valid within the scope they were made in.</summary>
/// <param name="Spotting">Of the discriminator's loss, one for each of its parameters.</param>
/// <param name="Repair">Of the repair network's loss, one for each of its parameters; none where it has none.</param>
public sealed record SpottingGradients(Tensor[] Spotting, Tensor[] Repair)
{
    /// <summary>The first ones' mean over the ranks, on its way; null for one process.</summary>
    internal GradientAverage? SpottingAverage { get; init; }

    /// <summary>The second ones'.</summary>
    internal GradientAverage? RepairAverage { get; init; }
}

/// <summary>What one step of stage 2 made; valid only during the call it is passed to.</summary>
/// <param name="Images">(B, 3, S, S) as encoded: as loaded, or turned.</param>
/// <param name="Clean">What C was shown as real.</param>
/// <param name="Corrupt">What C was shown as corrupt.</param>
/// <param name="Mask">Mask of the corrupt images; null when they come from noise.</param>
/// <param name="Verdict">C's verdict on both, clean first.</param>
/// <param name="Spotting">C's loss.</param>
/// <param name="Repair">The repair network's loss.</param>
public sealed record SpottingObservation(
    Tensor Images, Tensor Clean, Tensor Corrupt, KeepMask? Mask, Verdict Verdict, SpottingLoss Spotting, RepairLoss Repair)
{
    /// <summary>Answers to the rotation question; null where it is not asked.</summary>
    internal RotationAnswers? Turns { get; init; }
}
