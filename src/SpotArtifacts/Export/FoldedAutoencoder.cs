using SpotArtifacts.Checkpoints;
using SpotArtifacts.Networks;

namespace SpotArtifacts.Export;

/// <summary>{E, D} as plain layers; never averaged, since stage 2 freezes it as stage 1's last step left it.</summary>
/// <param name="Encoder">The stem, then one layer for each halving.</param>
/// <param name="Decoder">One layer behind each doubling.</param>
/// <param name="Out">The last convolution, to three channels.</param>
internal sealed record FoldedAutoencoder(IReadOnlyList<FoldedLayer> Encoder, IReadOnlyList<FoldedLayer> Decoder, FoldedLayer Out)
{
    /// <summary>Reads it; null where the weights hold none.</summary>
    /// <exception cref="SpotException">A tensor is missing or has another shape.</exception>
    internal static FoldedAutoencoder? TryRead(NetworkOptions options, Checkpoint weights)
    {
        if (!weights.Has("encoder.stem.conv.weight"))
            return null;
        var reader = new LayerReader(weights, averaged: false);
        long[] widths = [options.StemWidth, .. options.EncoderWidths], levels = [.. Autoencoding.Decoder.LevelWidths(options)];
        long kernel = options.EncoderKernel;
        return new FoldedAutoencoder(
            [
                reader.Normalized("encoder.stem", [widths[0], 3, 3, 3], scale: true),
                .. options.EncoderWidths.Select((width, i) =>
                    reader.Normalized($"encoder.down.{i}", [width, widths[i], kernel, kernel], scale: true, stride: 2)),
            ],
            [.. Enumerable.Range(0, levels.Length - 1).Select(i =>
            reader.Normalized($"decoder.up.{i}", [levels[i + 1], levels[i], 3, 3], scale: true))],
            reader.Plain("decoder.out", [3, levels[^1], 3, 3]));
    }
}
