using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using SpotArtifacts.Pretraining;
using static TorchSharp.torch;

namespace SpotArtifacts.Spotting;

/// <summary>
/// "By how many quarter turns is it turned?", asked of the discriminator beside the game (method.md section 8): of the game's own
/// images, which then are turned before they are encoded, or of raw ones in a pass of their own.
/// </summary>
/// <param name="options">Of which images, and how many.</param>
/// <param name="discriminator">With a rotation head.</param>
/// <param name="random">Source of dropout, and of the remembered images that are compared.</param>
/// <param name="memory">What the instance question is asked against, of the images asked raw; null does not ask it.</param>
internal sealed class RotationQuestion(
    SpottingOptions options, Discriminator discriminator, Generator random, InstanceMemory? memory = null)
{
    /// <summary>How many of a global batch are asked raw.</summary>
    /// <param name="share">Wanted share of the batch.</param>
    /// <param name="batch">Its images, over all ranks.</param>
    public static long Asked(double share, long batch) => Math.Clamp((long)Math.Round(share * batch), 1, batch - 2);

    /// <summary>How many of this rank's images play the game; the others are asked raw.</summary>
    public long Players(long batch)
    {
        int ranks = RankGroup.Current?.World.Size ?? 1;
        return options.AsksRaw ? batch - Asked(options.RotationShare, batch * ranks) / ranks : batch;
    }

    /// <summary>The images that play the game, turned where the question is asked of them.</summary>
    public Tensor Play(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        Tensor players = options.AsksRaw ? Part(images, raw: false) : images;
        return options.RotationImages == RotationImages.Raw ? players
            : QuarterTurns.ByPlace(players, FirstPlace(players.shape[0]));
    }

    /// <summary>What the discriminator answers.</summary>
    /// <param name="images">The whole batch as loaded, (B, 3, S, S).</param>
    /// <param name="conv5">Of those that play, (2B', K5, M, M), clean images first; null in a step without the game.</param>
    public RotationAnswers Ask(Tensor images, Tensor? conv5)
    {
        ArgumentNullException.ThrowIfNull(images);
        RotationAnswers? raw = options.AsksRaw ? AskRaw(images) : null;
        if (conv5 is null || options.RotationImages == RotationImages.Raw)
            return raw ?? throw new InvalidOperationException("nothing is asked without the game");
        long players = conv5.shape[0] / 2;
        Tensor turns = QuarterTurns.AnswersByPlace(players, images.device, FirstPlace(players));
        RotationAnswers game = options.RotationImages == RotationImages.Clean
            ? new RotationAnswers(Logits(conv5.narrow(0, 0, players)), turns)
            : new RotationAnswers(Logits(conv5), cat([turns, turns]));
        return raw is null ? game
            : raw with { Logits = cat([raw.Logits, game.Logits]), Turns = cat([raw.Turns, game.Turns]) };
    }

    private RotationAnswers AskRaw(Tensor batch)
    {
        Tensor images = Part(batch, raw: true);
        using IDisposable? rows = RankGroup.DrawFor(images.shape[0]);
        Tensor conv5 = discriminator.Trunk(QuarterTurns.All(images), training: true);
        return new RotationAnswers(Logits(conv5), QuarterTurns.AnswersToAll(images.shape[0], images.device))
        {
            Instance = memory?.Loss(discriminator.Embed(conv5, training: true), Places(batch.shape[0], raw: true),
                options.InstanceTemperature, random),
        };
    }

    private static long FirstPlace(long batch) => batch * (RankGroup.Current?.World.Rank ?? 0);

    // Those asked raw stand evenly among the others, so that each rank's part of the global batch has as many.
    private long[] Places(long batch, bool raw)
    {
        long asked = batch - Players(batch);
        return [.. Enumerable.Range(0, (int)batch).Select(i => (long)i)
            .Where(i => ((i + 1) * asked / batch > i * asked / batch) == raw)];
    }

    private Tensor Part(Tensor images, bool raw)
    {
        long[] places = Places(images.shape[0], raw);
        using Tensor wanted = TensorData.From<long>(places, places.Length), sent = wanted.Send(images.device);
        return images.index_select(0, sent).ToChannelsLast();
    }

    private Tensor Logits(Tensor conv5) => discriminator.TellTurns(conv5, training: true, random);
}

/// <summary>What the discriminator says of turned images.</summary>
/// <param name="Logits">(N, 4).</param>
/// <param name="Turns">(N), Int64: the right answers.</param>
internal sealed record RotationAnswers(Tensor Logits, Tensor Turns)
{
    /// <summary>Loss of the instance question, asked of the same images; null where it is not.</summary>
    public Tensor? Instance { get; init; }

    /// <summary>The weighted losses of all that was asked; of instances null where they were not.</summary>
    public (Tensor Rotation, Tensor? Instance) Losses(SpottingOptions options) => (Loss().Times(options.RotationWeight),
        Instance?.Times(options.InstanceWeight));

    /// <summary>Mean softmax cross-entropy.</summary>
    public Tensor Loss() => Operations.SoftmaxCrossEntropy(Logits, Turns);

    /// <summary>Share of right answers, a tensor of one number.</summary>
    public Tensor Right() => Logits.detach().argmax(1).eq(Turns).to(ScalarType.Float32).mean();
}
