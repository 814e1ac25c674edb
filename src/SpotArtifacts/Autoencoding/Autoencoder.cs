using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace SpotArtifacts.Autoencoding;

/// <summary>Encoder and decoder {E, D}: pre-trained by reconstruction in stage 1, frozen in stage 2.</summary>
public sealed class Autoencoder : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "encoder")] private readonly Encoder _encoder;
    [ComponentName(Name = "decoder")] private readonly Decoder _decoder;

    static Autoencoder() => NativeEngine.EnsureLoaded();

    /// <summary>An autoencoder with parts <c>encoder</c> and <c>decoder</c>.</summary>
    public Autoencoder(NetworkOptions options) : base("")
    {
        _encoder = new Encoder(options);
        _decoder = new Decoder(options);
        RegisterComponents();
    }

    /// <summary>E.</summary>
    public Encoder Encoder => _encoder;

    /// <summary>D.</summary>
    public Decoder Decoder => _decoder;

    /// <summary>As <see cref="Forward"/>, by the module's own mode.</summary>
    public override Tensor forward(Tensor input) => Forward(input, training);

    /// <summary>D(E(x)): images (B, 3, S, S) in [-1, 1] to the same shape.</summary>
    public Tensor Forward(Tensor images, bool training) => _decoder.Forward(_encoder.Forward(images, training), training);

    /// <summary>weight * mean((x - D(E(x)))^2) (method.md section 4).</summary>
    public static Tensor ReconstructionLoss(Tensor images, Tensor reconstructed, double weight)
    {
        ArgumentNullException.ThrowIfNull(images);
        return (images - reconstructed).Squared().mean().Times(weight);
    }
}
