using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

/// <summary>A tensor that is trained.</summary>
/// <param name="Name">Its name in checkpoints.</param>
/// <param name="Value">The tensor, which the optimiser changes in place and does not own.</param>
/// <param name="Decays">Whether weight decay acts on it: convolution and matrix weights, not biases and normalisation.</param>
public sealed record TrainedParameter(string Name, Tensor Value, bool Decays);

/// <summary>Constants of <see cref="Adam"/>.</summary>
/// <param name="Beta1">Decay of the first moment, 0 to below 1.</param>
/// <param name="Beta2">Decay of the second moment, 0 to below 1.</param>
/// <param name="Epsilon">Added to sqrt(v_hat).</param>
/// <param name="WeightDecay">Factor of 0.5 * sum(w^2) over the weights that decay; enters through the gradient.</param>
/// <param name="EmaDecay">Upper bound of the average's decay min(bound, (1 + n) / (10 + n)) after n steps.</param>
public sealed record AdamOptions(
    double Beta1 = 0.5, double Beta2 = 0.999, double Epsilon = 1e-5, double WeightDecay = 5e-5, double EmaDecay = 0.9999);
