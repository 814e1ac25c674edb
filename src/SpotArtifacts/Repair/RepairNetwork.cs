using SpotArtifacts.Autoencoding;
using SpotArtifacts.Damage;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Torch;
using SpotArtifacts.Torch.Modules;

namespace SpotArtifacts.Repair;

/// <summary>The trainable repair blocks: one before each up-block and one before the last convolution, or only the first.</summary>
public sealed class RepairNetwork : Module
{
    private readonly RepairBlock?[] _blocks;

    /// <summary>Blocks with tensors <c>repair.blocks.k.…</c>, k = 0 next to the bottleneck.</summary>
    public RepairNetwork(NetworkOptions network, SpottingOptions spotting) : base("repair")
    {
        ArgumentNullException.ThrowIfNull(spotting);
        int[] widths = Decoder.LevelWidths(network);
        _blocks = new RepairBlock?[widths.Length];
        for (int k = 0; k < widths.Length; k++)
            if (spotting.Repair == RepairPlacement.Distributed || (spotting.Repair == RepairPlacement.Local && k == 0))
                _blocks[k] = Add(new RepairBlock($"repair.blocks.{k}", widths[k], spotting.Gating));
    }

    /// <summary>Block <paramref name="k"/> on x (B, C, H, W); x itself where there is none.</summary>
    public Tensor Block(int k, Tensor x, KeepMask mask, bool training)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(mask);
        return _blocks[k]?.Forward(x, mask.At(x.Shape[2], x.Shape[3]), training) ?? x;
    }
}
