using static TorchSharp.torch;

namespace SpotArtifacts.Damage;

/// <summary>
/// Replaces dropped feature entries: phi_hat = Omega * phi + (1 - Omega) * A(phi) (method.md section 3, Damage).
/// </summary>
public sealed class FeatureDamage(NeighborhoodFill fill)
{
    /// <summary>Damages features (B, C, M, N) under a mask (B, 1, M, N).</summary>
    public Tensor Apply(Tensor features, KeepMask mask)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(mask);
        return mask.Values * features + (1.0 - mask.Values) * fill.Forward(features);
    }
}
