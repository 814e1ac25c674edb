using SpotArtifacts.Autoencoding;
using SpotArtifacts.Torch;
using SpotArtifacts.Torch.Optimization;

namespace SpotArtifacts.Pretraining;

/// <summary>One step of stage 1: reconstruct, differentiate, update.</summary>
public sealed class AutoencodingStep(Autoencoder autoencoder, Adam optimizer, AutoencodingOptions options)
{
    /// <summary>Updates the autoencoder on images (B, 3, S, S) in [-1, 1].</summary>
    /// <returns>The weighted reconstruction loss before the update.</returns>
    public double Run(Tensor images, double learningRate)
    {
        using var scope = new TensorScope();
        Tensor reconstructed = autoencoder.Forward(images, training: true);
        Tensor loss = Autoencoder.ReconstructionLoss(images, reconstructed, options.ReconstructionWeight);
        optimizer.Step(Autograd.Gradients([loss], optimizer.Values), learningRate);
        return loss.ToSingle();
    }
}
