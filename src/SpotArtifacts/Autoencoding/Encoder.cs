using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace SpotArtifacts.Autoencoding;

/// <summary>Images (B, 3, S, S) to bottleneck features (B, C, S / 2^L, S / 2^L) (method.md section 3, Encoder).</summary>
public sealed class Encoder : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "stem")] private readonly NormalizedConvolution _stem;
    [ComponentName(Name = "down")] private readonly ModuleList<NormalizedConvolution> _down;

    static Encoder() => NativeEngine.EnsureLoaded();

    /// <summary>An encoder with parts <c>stem</c> and <c>down.i</c>; in checkpoints <c>encoder.…</c>.</summary>
    public Encoder(NetworkOptions options) : base("encoder")
    {
        ArgumentNullException.ThrowIfNull(options);
        _stem = new NormalizedConvolution(new ConvolutionShape(3, options.StemWidth, 3, Padding: 1));
        _down = new ModuleList<NormalizedConvolution>();
        int inputs = options.StemWidth;
        foreach (int outputs in options.EncoderWidths)
        {
            var shape = new ConvolutionShape(inputs, outputs, options.EncoderKernel, Stride: 2,
                Padding: (options.EncoderKernel - 1) / 2);
            _down.Add(new NormalizedConvolution(shape));
            inputs = outputs;
        }
        RegisterComponents();
    }

    /// <summary>As <see cref="Forward"/>, by the module's own mode.</summary>
    public override Tensor forward(Tensor input) => Forward(input, training);

    /// <summary>Encodes images in [-1, 1].</summary>
    /// <param name="images">(B, 3, S, S).</param>
    /// <param name="training">Batch statistics instead of running ones.</param>
    /// <param name="stage">Called with each layer's name (<c>stem</c>, <c>down.i</c>) and output.</param>
    public Tensor Forward(Tensor images, bool training, Action<string, Tensor>? stage = null)
    {
        Tensor x = _stem.Forward(images, training);
        stage?.Invoke("stem", x);
        for (int i = 0; i < _down.Count; i++)
        {
            x = _down[i].Forward(x, training);
            stage?.Invoke($"down.{i}", x);
        }
        return x;
    }

    /// <summary>The encoder in inference mode with folded batch norms, as a snapshot of the present weights.</summary>
    internal FrozenEncoder Freeze() => new([_stem.Fold(), .. _down.Select(down => down.Fold())]);
}

/// <summary>An encoder whose weights no longer change: batch norms folded, no gradients.</summary>
internal sealed class FrozenEncoder(FoldedConvolution[] layers) : IDisposable
{
    /// <summary>Encodes images (B, 3, S, S) in [-1, 1].</summary>
    public Tensor Forward(Tensor images)
    {
        Tensor x = images;
        foreach (FoldedConvolution layer in layers)
            x = layer.Forward(x);
        return x;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (FoldedConvolution layer in layers)
            layer.Dispose();
    }
}
