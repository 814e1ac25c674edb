using SpotArtifacts.Pretraining;
using SpotArtifacts.Torch;

namespace SpotArtifacts.Damage;

/// <summary>Replaces dropped feature entries: phi_hat = Omega * phi + (1 - Omega) * A(phi) (SPEC section 3, Damage).</summary>
public sealed class FeatureDamage(NeighborhoodFill fill)
{
    /// <summary>The damage that options describe.</summary>
    /// <exception cref="SpotException">The fill's name is unknown.</exception>
    public static FeatureDamage Of(DamageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return NeighborhoodFill.TryParse(options.Fill, out NeighborhoodFill fill)
            ? new FeatureDamage(fill)
            : throw new SpotException($"damage.fill is '{options.Fill}'; it must be local3, local5, ..., global or zero");
    }

    /// <summary>Damages features (B, C, M, N) under a mask (B, 1, M, N).</summary>
    public Tensor Apply(Tensor features, KeepMask mask)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(mask);
        return mask.Values * features + (1.0 - mask.Values) * fill.Forward(features);
    }
}
