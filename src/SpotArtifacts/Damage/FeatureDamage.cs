using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Damage;

/// <summary>
/// Replaces dropped feature entries: phi_hat = Omega * phi + (1 - Omega) * A(phi) (method.md section 3, Damage).
/// </summary>
public sealed class FeatureDamage(NeighborhoodFill fill)
{
    /// <summary>Damages features (B, C, M, N) under a mask (B, 1, M, N), in Float32 whatever they were computed in.</summary>
    public Tensor Apply(Tensor features, KeepMask mask)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(mask);
        Tensor phi = EnginePrecision.Widen(features);
        return (mask.Values * phi).Plus(mask.Values.Complement() * fill.Forward(phi));
    }
}
