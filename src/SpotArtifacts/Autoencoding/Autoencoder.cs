using SpotArtifacts.Pretraining;
using SpotArtifacts.Torch;
using SpotArtifacts.Torch.Modules;

namespace SpotArtifacts.Autoencoding;

/// <summary>Encoder and decoder {E, D}: pre-trained by reconstruction in stage 1, frozen in stage 2.</summary>
public sealed class Autoencoder : Module
{
    /// <summary>An autoencoder with tensors <c>encoder.…</c> and <c>decoder.…</c>.</summary>
    public Autoencoder(NetworkOptions options) : base("autoencoder")
    {
        Encoder = Add(new Encoder(options));
        Decoder = Add(new Decoder(options));
    }

    /// <summary>E.</summary>
    public Encoder Encoder { get; }

    /// <summary>D.</summary>
    public Decoder Decoder { get; }

    /// <summary>D(E(x)): images (B, 3, S, S) in [-1, 1] to the same shape.</summary>
    public Tensor Forward(Tensor images, bool training) => Decoder.Forward(Encoder.Forward(images, training), training);

    /// <summary>weight * mean((x - D(E(x)))^2) (SPEC section 4).</summary>
    public static Tensor ReconstructionLoss(Tensor images, Tensor reconstructed, double weight)
    {
        ArgumentNullException.ThrowIfNull(images);
        return (images - reconstructed).Square().Mean() * weight;
    }
}
