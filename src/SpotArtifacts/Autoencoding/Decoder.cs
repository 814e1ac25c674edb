using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Autoencoding;

/// <summary>Bottleneck features to images in [-1, 1] (method.md section 3, Decoder).</summary>
public sealed class Decoder : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "up")] private readonly TorchSharp.Modules.ModuleList<NormalizedConvolution> _up;
    [ComponentName(Name = "out")] private readonly Convolution _out;

    static Decoder() => NativeEngine.EnsureLoaded();

    /// <summary>
    /// A decoder with parts <c>up.i </c> and <c>out </c>; in checkpoints <c>decoder.… </c>, or another name for a generator of
    /// the same shape.
    /// </summary>
    public Decoder(NetworkOptions options, string name = "decoder") : base(name)
    {
        ArgumentNullException.ThrowIfNull(options);
        int[] widths = LevelWidths(options);
        _up = new TorchSharp.Modules.ModuleList<NormalizedConvolution>();
        for (int i = 0; i + 1 < widths.Length; i++)
            _up.Add(new NormalizedConvolution(new ConvolutionShape(widths[i], widths[i + 1], 3, Padding: 1)));
        _out = new Convolution(new ConvolutionShape(widths[^1], 3, 3, Padding: 1), bias: true);
        RegisterComponents();
    }

    /// <summary>Number of up-blocks (L).</summary>
    public int Levels => _up.Count;

    /// <summary>
    /// Channels at the input of each up-block and of the last convolution: L + 1 numbers, the bottleneck's first.
    /// </summary>
    internal static int[] LevelWidths(NetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [.. options.EncoderWidths.Reverse(), options.StemWidth];
    }

    /// <summary>As <see cref="Forward"/>, by the module's own mode.</summary>
    public override Tensor forward(Tensor input) => Forward(input, training);

    /// <summary>Decodes features.</summary>
    public Tensor Forward(Tensor features, bool training)
    {
        Tensor x = features;
        foreach (NormalizedConvolution up in _up)
            x = up.Forward(Operations.UpsampleBilinear(x, 2), training);
        return functional.tanh(EnginePrecision.Widen(_out.forward(x)));
    }

    /// <summary>The decoder in inference mode with folded batch norms, as a snapshot of the present weights.</summary>
    internal FrozenDecoder Freeze()
    {
        using IDisposable off = no_grad();
        return new FrozenDecoder([.. _up.Select(up => up.Fold())], Snapshot(_out.Weight), Snapshot(_out.Bias!));
    }

    private static Tensor Snapshot(Tensor value)
    {
        using Tensor detached = value.detach();
        return detached.clone().DetachFromDisposeScope();
    }
}

/// <summary>
/// A decoder whose weights no longer change: batch norms folded, one call for each level so that repair can stand between them.
/// </summary>
internal sealed class FrozenDecoder(FoldedConvolution[] up, Tensor outWeight, Tensor outBias) : IDisposable
{
    private readonly ConvolutionShape _out = new((int)outWeight.size(1), 3, 3, Padding: 1);

    /// <summary>Number of up-blocks (L).</summary>
    public int Levels => up.Length;

    /// <summary>Up-block <paramref name="level"/>: (B, C, H, W) to (B, C', 2H, 2W).</summary>
    public Tensor Up(int level, Tensor x) => up[level].Forward(Operations.UpsampleBilinear(x, 2));

    /// <summary>Last convolution and tanh: (B, C, S, S) to (B, 3, S, S) in [-1, 1].</summary>
    public Tensor ToImage(Tensor x) => functional.tanh(EnginePrecision.Widen(Convolution.Apply(x, outWeight, outBias, _out)));

    /// <summary>All levels without repair.</summary>
    public Tensor Forward(Tensor features)
    {
        Tensor x = features;
        for (int level = 0; level < up.Length; level++)
            x = Up(level, x);
        return ToImage(x);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (FoldedConvolution level in up)
            level.Dispose();
        outWeight.Dispose();
        outBias.Dispose();
    }
}
