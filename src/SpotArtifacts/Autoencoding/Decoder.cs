using SpotArtifacts.Pretraining;
using SpotArtifacts.Torch;
using SpotArtifacts.Torch.Modules;

namespace SpotArtifacts.Autoencoding;

/// <summary>Bottleneck features to images in [-1, 1] (SPEC section 3, Decoder).</summary>
public sealed class Decoder : Module
{
    private readonly NormalizedConvolution[] _up;
    private readonly Convolution _out;

    /// <summary>A decoder with tensors <c>decoder.…</c>, or of another name for a generator of the same shape.</summary>
    public Decoder(NetworkOptions options, string name = "decoder") : base(name)
    {
        ArgumentNullException.ThrowIfNull(options);
        int[] widths = LevelWidths(options);
        _up = new NormalizedConvolution[widths.Length - 1];
        for (int i = 0; i < _up.Length; i++)
            _up[i] = Add(new NormalizedConvolution($"{name}.up.{i}", new ConvolutionShape(widths[i], widths[i + 1], 3, Padding: 1)));
        _out = Add(new Convolution($"{name}.out", new ConvolutionShape(widths[^1], 3, 3, Padding: 1), bias: true));
    }

    /// <summary>Number of up-blocks (L).</summary>
    public int Levels => _up.Length;

    /// <summary>Channels at the input of each up-block and of the last convolution: L + 1 numbers, the bottleneck's first.</summary>
    public static int[] LevelWidths(NetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [.. options.EncoderWidths.Reverse(), options.StemWidth];
    }

    /// <summary>Decodes features.</summary>
    public Tensor Forward(Tensor features, bool training)
    {
        Tensor x = features;
        foreach (NormalizedConvolution up in _up) x = up.Forward(Functions.UpsampleBilinear(x, 2), training);
        return Functions.Tanh(_out.Forward(x));
    }

    /// <summary>The decoder in inference mode with folded batch norms, as a snapshot of the present weights.</summary>
    public FrozenDecoder Freeze()
    {
        using GradMode off = Autograd.Disable();
        return new FrozenDecoder([.. _up.Select(u => u.Fold())], _out.Weight.Value.Detach().Clone().Detached(), _out.Bias!.Value.Detach().Clone().Detached());
    }
}

/// <summary>A decoder whose weights no longer change: batch norms folded, one call for each level so that repair can stand between them.</summary>
public sealed class FrozenDecoder(FoldedConvolution[] up, Tensor outWeight, Tensor outBias) : IDisposable
{
    /// <summary>Number of up-blocks (L).</summary>
    public int Levels => up.Length;

    /// <summary>Up-block <paramref name="level"/>: (B, C, H, W) to (B, C', 2H, 2W).</summary>
    public Tensor Up(int level, Tensor x) => up[level].Forward(Functions.UpsampleBilinear(x, 2));

    /// <summary>Last convolution and tanh: (B, C, S, S) to (B, 3, S, S) in [-1, 1].</summary>
    public Tensor ToImage(Tensor x) => Functions.Tanh(Functions.Convolution(x, outWeight, outBias, padding: 1));

    /// <summary>All levels without repair.</summary>
    public Tensor Forward(Tensor features)
    {
        Tensor x = features;
        for (int level = 0; level < up.Length; level++) x = Up(level, x);
        return ToImage(x);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (FoldedConvolution level in up) level.Dispose();
        outWeight.Dispose();
        outBias.Dispose();
    }
}
