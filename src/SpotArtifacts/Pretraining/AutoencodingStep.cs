using SpotArtifacts.Autoencoding;
using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>One step of stage 1: reconstruct, differentiate, update.</summary>
public sealed class AutoencodingStep(Autoencoder autoencoder, Adam optimizer, AutoencodingOptions options)
{
    /// <summary>Updates the autoencoder on images (B, 3, S, S) in [-1, 1].</summary>
    /// <param name="images">The batch.</param>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="observe">Called with the step's tensors before they are freed; for metrics.</param>
    public void Run(Tensor images, double learningRate, Action<AutoencodingObservation>? observe = null)
    {
        using DisposeScope scope = NewDisposeScope();
        AutoencodingObservation seen = Forward(images);
        Tensor[] gradients = Differentiate(seen);
        GradientAverage.Start(gradients, optimizer.Values)?.Finish();
        optimizer.Step(gradients, learningRate);
        observe?.Invoke(seen);
    }

    /// <summary>Reconstruction and loss; updates running statistics, but no parameters.</summary>
    public AutoencodingObservation Forward(Tensor images)
    {
        Tensor reconstructed = autoencoder.Forward(images, training: true);
        return new(reconstructed, Autoencoder.ReconstructionLoss(images, reconstructed, options.ReconstructionWeight));
    }

    /// <summary>Gradients of the loss at each parameter, without the decay's part; frees the recorded graph.</summary>
    public Tensor[] Differentiate(AutoencodingObservation seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        return Gradients.Of([seen.Loss], optimizer.Values);
    }
}

/// <summary>What one step of stage 1 made; valid within the scope it was made in.</summary>
/// <param name="Reconstructed">D(E(x)), (B, 3, S, S).</param>
/// <param name="Loss">Weighted reconstruction loss.</param>
public sealed record AutoencodingObservation(Tensor Reconstructed, Tensor Loss);
