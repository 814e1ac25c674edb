using SpotArtifacts.Torch;

namespace SpotArtifacts.Damage;

/// <summary>Replaces dropped feature entries: phi_hat = Omega * phi + (1 - Omega) * A(phi) (SPEC section 3, Damage).</summary>
public sealed class FeatureDamage(NeighborhoodFill fill)
{
    /// <summary>Damage as a recipe names its fill.</summary>
    /// <exception cref="SpotException">There is no such fill.</exception>
    public static FeatureDamage Of(string fill) => NeighborhoodFill.TryParse(fill, out NeighborhoodFill parsed)
        ? new FeatureDamage(parsed)
        : throw new SpotException($"damage.fill is '{fill}'; it must be local3, local5, ..., global or zero");

    /// <summary>Damages features (B, C, M, N) under a mask (B, 1, M, N).</summary>
    public Tensor Apply(Tensor features, KeepMask mask)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(mask);
        return mask.Values * features + (1.0 - mask.Values) * fill.Forward(features);
    }
}
