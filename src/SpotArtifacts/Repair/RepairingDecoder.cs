using SpotArtifacts.Autoencoding;
using SpotArtifacts.Damage;
using static TorchSharp.torch;

namespace SpotArtifacts.Repair;

/// <summary>The frozen decoder with trainable repair blocks between its levels. Owns neither.</summary>
internal sealed class RepairingDecoder(FrozenDecoder decoder, RepairNetwork repair)
{
    /// <summary>Damaged features (B, C, M, N) and their mask to repaired images (B, 3, S, S) in [-1, 1].</summary>
    /// <param name="damaged">Features after <see cref="FeatureDamage"/>.</param>
    /// <param name="mask">The mask they were damaged under.</param>
    /// <param name="training">Whether the repair blocks' batch norms use the batch's statistics.</param>
    /// <param name="stage">Called with each stage's name (<c>repair.k</c>, <c>up.k </c>) and output; for tests and
    /// displays.</param>
    public Tensor Forward(Tensor damaged, KeepMask mask, bool training, Action<string, Tensor>? stage = null)
    {
        Tensor x = damaged;
        for (int level = 0; level < decoder.Levels; level++)
        {
            x = repair.Block(level, x, mask, training);
            stage?.Invoke($"repair.{level}", x);
            x = decoder.Up(level, x);
            stage?.Invoke($"up.{level}", x);
        }
        x = repair.Block(decoder.Levels, x, mask, training);
        stage?.Invoke($"repair.{decoder.Levels}", x);
        return decoder.ToImage(x);
    }
}
