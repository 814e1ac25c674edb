using SpotArtifacts.Damage;
using SpotArtifacts.Images;
using SpotArtifacts.Networks;
using SpotArtifacts.Repair;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// Everything that determines a pre-training run except the images: one record, saved resolved in the run folder.
/// </summary>
public sealed record Recipe
{
    /// <summary>Name of the preset the values started from (method.md section 2): informative once resolved.</summary>
    public string Preset { get; init; } = "tiny32";

    /// <summary>
    /// What the discriminator's layers are trained by: the method, or a baseline that the same layers are compared with.
    /// </summary>
    public Pretext Pretext { get; init; }

    /// <summary>Seed of initial weights, keep masks, dropout, image order and augmentation, 0 or more.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Images per step on each rank, 2 to 65536. The discriminator sees twice as many.</summary>
    public int BatchPerRank { get; init; } = 64;

    /// <summary>
    /// 0: each epoch is a random order of all images. Else shards come in random order and images are shuffled within this many:
    /// for shards that do not fit into the system's file cache, on disks that are slow at random reads.
    /// </summary>
    public int ShuffleBuffer { get; init; }

    /// <summary>The three networks' sizes.</summary>
    public NetworkOptions Network { get; init; } = new();

    /// <summary>How features are dropped and filled.</summary>
    public DamageOptions Damage { get; init; } = new();

    /// <summary>Stage 1: the autoencoder.</summary>
    public AutoencodingOptions Autoencoding { get; init; } = new();

    /// <summary>Stage 2: the damage-and-repair game.</summary>
    public SpottingOptions Spotting { get; init; } = new();

    /// <summary>What both stages' Adam shares.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>Random views of the training images.</summary>
    public AugmentationOptions Augmentation { get; init; } = new();

    /// <summary>How often progress, samples and checkpoints are written.</summary>
    public RecordingOptions Recording { get; init; } = new();
}

/// <summary>What the discriminator's layers are trained by.</summary>
public enum Pretext
{
    /// <summary>Spotting repaired images: the method.</summary>
    Spotting,

    /// <summary>
    /// Telling by how much an image is turned (Gidaris et al. 2018, gidariss/FeatureLearningRotNet): a baseline without labels.
    /// Takes the steps and the learning rate of <see cref="SpottingOptions"/>; the rest of it, damage and stage 1 are ignored.
    /// </summary>
    Rotation,

    /// <summary>
    /// Telling the images' labels apart: the baseline with everything known. Ignores what <see cref="Rotation"/> ignores.
    /// </summary>
    Labels,

    /// <summary>
    /// A program's own <see cref="IPretext"/>, handed to <see cref="Pretrainer"/>. Ignores what <see cref="Rotation"/> ignores.
    /// </summary>
    Own,
}

/// <summary>Stage 1 (method.md section 4).</summary>
public sealed record AutoencodingOptions
{
    /// <summary>Number of steps, 1 or more.</summary>
    public int Steps { get; init; } = 20_000;

    /// <summary>Adam's initial learning rate, 0 to 1.</summary>
    public double LearningRate { get; init; } = 3e-4;

    /// <summary>Weight of the mean squared reconstruction error, 0 or more.</summary>
    public double ReconstructionWeight { get; init; } = 30;
}

/// <summary>Stage 2 (method.md sections 4 and 5).</summary>
public sealed record SpottingOptions
{
    /// <summary>Number of steps, 1 or more; of a baseline's training too.</summary>
    public int Steps { get; init; } = 40_000;

    /// <summary>Adam's initial learning rate of the discriminator, 0 to 1; of a baseline's training too.</summary>
    public double LearningRate { get; init; } = 3e-4;

    /// <summary>Adam's initial learning rate of the repair network, 0 to 1.</summary>
    public double RepairLearningRate { get; init; } = 3e-4;

    /// <summary>
    /// The discriminator's share of right answers that the repair network's rate is adapted to keep, above 0.5 and below 1; 0
    /// keeps the rates as they are (the method).
    /// </summary>
    public double Balance { get; init; }

    /// <summary>Weight of the keep-mask loss (lambda), 0 or more.</summary>
    public double MaskWeight { get; init; } = 0.1;

    /// <summary>Lambda of the last step, reached linearly; null: as at the first.</summary>
    public double? MaskWeightEnd { get; init; }

    /// <summary>
    /// Weight of the discriminator's second question, by how many quarter turns an image is turned, 0 or more; 0 does not ask it
    /// (the method).
    /// </summary>
    public double RotationWeight { get; init; }

    /// <summary>Which images it is asked of; ignored when RotationWeight is 0.</summary>
    public RotationImages RotationImages { get; init; } = RotationImages.Game;

    /// <summary>
    /// Share of each batch that is asked raw, in all four turns, instead of playing the game, above 0 and below 1; ignored unless
    /// RotationImages is <see cref="RotationImages.Raw"/> or <see cref="RotationImages.All"/>.
    /// </summary>
    public double RotationShare { get; init; } = 0.5;

    /// <summary>
    /// The game is played in the last step of so many, 1 or more (1: the method); in the others the questions alone are asked, of the
    /// images that are asked raw, and the repair network rests.
    /// </summary>
    public int GameEvery { get; init; } = 1;

    /// <summary>
    /// Share of the steps before the game begins, 0 to below 1 (0: the method); until then the questions alone are asked, as in
    /// the steps that <see cref="GameEvery"/> leaves out.
    /// </summary>
    public double GameFrom { get; init; }

    /// <summary>
    /// Weight of the discriminator's third question, which image of the run it is that is asked raw, told from what is remembered
    /// of all of them, 0 or more; 0 does not ask it (the method). The memory takes 256 bytes for each image, in checkpoints too.
    /// </summary>
    public double InstanceWeight { get; init; }

    /// <summary>Divisor of the likenesses in that question's loss, above 0 to 100; ignored when InstanceWeight is 0.</summary>
    public double InstanceTemperature { get; init; } = 0.15;

    /// <summary>Weight of the repair network's squared error on kept pixels, 0 or more.</summary>
    public double ReconstructionWeight { get; init; } = 30;

    /// <summary>What the discriminator is shown as real: the autoencoded image (the method) or the raw one (ablation).</summary>
    public RealImages Real { get; init; } = RealImages.Autoencoded;

    /// <summary>Where repair blocks stand: before every decoder level (the method), only before the first, or nowhere.</summary>
    public RepairPlacement Repair { get; init; } = RepairPlacement.Distributed;

    /// <summary>Whether repair may change only what lies under dropped entries (the method) or everything (ablation).</summary>
    public bool Gating { get; init; } = true;

    /// <summary>What the repair network is trained for besides its squared error.</summary>
    public RepairObjective Objective { get; init; } = RepairObjective.SwappedLabels;

    /// <summary>Where corrupt images come from: damage and repair (the method) or a generator from noise (ablation).</summary>
    public CorruptImages Corrupt { get; init; } = CorruptImages.DamageAndRepair;

    /// <summary>
    /// Past corrupted images kept for replay; 0 keeps none. They replace a part of the discriminator's corrupt half;
    /// ignored when images come from noise.
    /// </summary>
    public int HistorySize { get; init; }

    /// <summary>
    /// Share of the corrupt half taken from the history as far as it holds as many, 0 to 1; ignored when HistorySize is 0.
    /// </summary>
    public double HistoryShare { get; init; } = 0.5;

    /// <summary>Whether a share of each batch is asked raw.</summary>
    internal bool AsksRaw => RotationWeight > 0 && RotationImages is RotationImages.Raw or RotationImages.All;

    /// <summary>Whether there is a mask to predict at any step.</summary>
    internal bool PredictsMask => Corrupt == CorruptImages.DamageAndRepair && (MaskWeight > 0 || MaskWeightEnd > 0);
}

/// <summary>Which images stage 2 asks the rotation question of.</summary>
public enum RotationImages
{
    /// <summary>
    /// Clean and repaired images together: the batch is turned before it is encoded, a quarter of it by each turn.
    /// </summary>
    Game,

    /// <summary>The clean ones of the same batch only.</summary>
    Clean,

    /// <summary>
    /// A share of the batch, neither autoencoded nor damaged, each in all four turns, in a pass of its own; the rest plays the
    /// game unturned.
    /// </summary>
    Raw,

    /// <summary>Both: a share of the batch as with <see cref="Raw"/>, and what plays as with <see cref="Game"/>.</summary>
    All,
}

/// <summary>What stage 2 shows the discriminator as real.</summary>
public enum RealImages
{
    /// <summary>D(E(x)): the discriminator cannot win on the autoencoder's fingerprints.</summary>
    Autoencoded,

    /// <summary>x itself (ablation).</summary>
    Raw,
}

/// <summary>Where stage 2's corrupt images come from.</summary>
public enum CorruptImages
{
    /// <summary>Features dropped, filled, decoded and repaired (the method).</summary>
    DamageAndRepair,

    /// <summary>A generator of the decoder's shape fed with noise (ablation); there is no mask to predict.</summary>
    GeneratorFromNoise,
}

/// <summary>Adam, weight decay, schedule and EMA (method.md section 4).</summary>
public sealed record OptimizerOptions
{
    /// <summary>Decay of the first moment, 0 to below 1.</summary>
    public double Beta1 { get; init; } = 0.5;

    /// <summary>Decay of the second moment, 0 to below 1.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to sqrt(v_hat), above 0 to 1.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>Factor of 0.5 * sum(w^2) over the convolution weights of the network being updated, 0 to 1.</summary>
    public double WeightDecay { get; init; } = 5e-5;

    /// <summary>Share of the steps over which the rate falls linearly, above 0 to 1.</summary>
    public double DecayShare { get; init; } = 0.9;

    /// <summary>Last learning rate as a share of the first, 0 to 1.</summary>
    public double FinalShare { get; init; } = 0.01;

    /// <summary>Upper bound of the EMA's decay min(bound, (1+n)/(10+n)), 0 to below 1.</summary>
    public double EmaDecay { get; init; } = 0.9999;
}

/// <summary>What a run writes, and how often.</summary>
public sealed record RecordingOptions
{
    /// <summary>Steps between lines of metrics.jsonl, 1 or more.</summary>
    public int MetricsEvery { get; init; } = 50;

    /// <summary>Steps between sample sheets, 1 or more.</summary>
    public int SamplesEvery { get; init; } = 1000;

    /// <summary>Steps between checkpoints, 1 or more.</summary>
    public int CheckpointEvery { get; init; } = 1000;
}
