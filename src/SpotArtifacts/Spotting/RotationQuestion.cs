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
/// <param name="random">Source of dropout.</param>
internal sealed class RotationQuestion(SpottingOptions options, Discriminator discriminator, Generator random)
{
    /// <summary>How many of a batch play the game; the others, at its end, are asked raw.</summary>
    public long Players(long batch) => options.RotationImages == RotationImages.Raw
        ? batch - Math.Clamp((long)Math.Round(options.RotationShare * batch), 1, batch - 2)
        : batch;

    /// <summary>The images that play the game, turned where the question is asked of them.</summary>
    public Tensor Play(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return options.RotationImages == RotationImages.Raw ? images.narrow(0, 0, Players(images.shape[0]))
            : QuarterTurns.InQuarters(images);
    }

    /// <summary>What the discriminator answers.</summary>
    /// <param name="images">The whole batch as loaded, (B, 3, S, S).</param>
    /// <param name="conv5">The game's, (2B, K5, M, M): clean images first.</param>
    public RotationAnswers Ask(Tensor images, Tensor conv5)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(conv5);
        long batch = images.shape[0];
        if (options.RotationImages == RotationImages.Raw)
            return AskRaw(images.narrow(0, Players(batch), batch - Players(batch)));
        Tensor turns = QuarterTurns.AnswersInQuarters(batch, images.device);
        return options.RotationImages == RotationImages.Clean
            ? new RotationAnswers(Logits(conv5.narrow(0, 0, batch)), turns)
            : new RotationAnswers(Logits(conv5), cat([turns, turns]));
    }

    private RotationAnswers AskRaw(Tensor images)
    {
        Tensor conv5 = discriminator.FinishConv5(discriminator.Trunk(QuarterTurns.All(images)), training: true);
        return new RotationAnswers(Logits(conv5), QuarterTurns.AnswersToAll(images.shape[0], images.device));
    }

    private Tensor Logits(Tensor conv5) => discriminator.TellTurns(conv5, training: true, random);
}

/// <summary>What the discriminator says of turned images.</summary>
/// <param name="Logits">(N, 4).</param>
/// <param name="Turns">(N), Int64: the right answers.</param>
internal sealed record RotationAnswers(Tensor Logits, Tensor Turns)
{
    /// <summary>Mean softmax cross-entropy.</summary>
    public Tensor Loss() => Operations.SoftmaxCrossEntropy(Logits, Turns);

    /// <summary>Share of right answers, a tensor of one number.</summary>
    public Tensor Right() => Logits.detach().argmax(1).eq(Turns).to(ScalarType.Float32).mean();
}
