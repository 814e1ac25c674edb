using SpotArtifacts.Autoencoding;
using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SpotArtifacts.Repair;

/// <summary>Where repair blocks stand in the decoder.</summary>
public enum RepairPlacement
{
    /// <summary>Before each up-block and before the last convolution.</summary>
    Distributed,

    /// <summary>Only before the first up-block (ablation).</summary>
    Local,

    /// <summary>No repair network: the damaged features are decoded as they are (ablation).</summary>
    None,
}

/// <summary>
/// The trainable repair blocks: one before each up-block and one before the last convolution, or only the first.
/// </summary>
public sealed class RepairNetwork : nn.Module
{
    private readonly RepairBlock?[] _blocks;

    static RepairNetwork() => NativeEngine.EnsureLoaded();

    /// <summary>
    /// Blocks with parts <c>blocks.k </c>, k = 0 next to the bottleneck; in checkpoints <c>repair.blocks.k.… </c>.
    /// </summary>
    /// <param name="network">Sizes.</param>
    /// <param name="placement">Where blocks stand.</param>
    /// <param name="gating">Whether they may change only what lies under dropped entries (the method) or everything
    /// (ablation).</param>
    public RepairNetwork(NetworkOptions network, RepairPlacement placement, bool gating) : base("repair")
    {
        int[] widths = Decoder.LevelWidths(network);
        _blocks = new RepairBlock?[widths.Length];
        var blocks = new ModuleList<RepairBlock>();
        for (int k = 0; k < widths.Length; k++)
        {
            if (placement == RepairPlacement.None || (placement == RepairPlacement.Local && k > 0))
                break;
            _blocks[k] = new RepairBlock(widths[k], gating);
            blocks.Add(_blocks[k]!);
        }
        register_module("blocks", blocks);
    }

    /// <summary>Block <paramref name="k"/> on x (B, C, H, W); x itself where there is none.</summary>
    public Tensor Block(int k, Tensor x, KeepMask mask, bool training)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(mask);
        return _blocks[k]?.Forward(x, mask.At(x.size(2), x.size(3)), training) ?? x;
    }
}
