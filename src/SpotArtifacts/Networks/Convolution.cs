using SpotArtifacts.Engine;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Networks;

/// <summary>Sizes of a convolution.</summary>
/// <param name="Inputs">Input channels.</param>
/// <param name="Outputs">Output channels.</param>
/// <param name="Kernel">Side of the square kernel.</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Padding">Zeros on each side; ignored when <paramref name="Same"/>.</param>
/// <param name="Groups">Columns that do not see each other.</param>
/// <param name="Same">TensorFlow's SAME padding instead.</param>
public sealed record ConvolutionShape(int Inputs, int Outputs, int Kernel, int Stride = 1, int Padding = 0, int Groups = 1,
    bool Same = false)
{
    /// <summary>Whether the outputs of a column are odd in number.</summary>
    internal bool IsOdd => Outputs / Groups % 2 != 0;

    /// <summary>Whether libtorch's BFloat16 kernels can add the bias themselves.</summary>
    internal bool TakesNarrowBias => Outputs / Groups % 16 == 0;
}

/// <summary>A 2-D convolution; weights start at zero and are set by an initialiser.</summary>
public sealed class Convolution : nn.Module<Tensor, Tensor>
{
    private readonly ConvolutionShape _shape;
#pragma warning disable IDE0044 // TorchSharp puts other tensors in when a module moves to another device.
    [ComponentName(Name = "weight")] private Parameter _weight;
    [ComponentName(Name = "bias")] private Parameter? _bias;
#pragma warning restore IDE0044

    static Convolution() => NativeEngine.EnsureLoaded();

    /// <summary>A convolution with parameters <c>weight</c> and, if wanted, <c>bias</c>.</summary>
    public Convolution(ConvolutionShape shape, bool bias) : base(nameof(Convolution))
    {
        ArgumentNullException.ThrowIfNull(shape);
        _shape = shape;
        // As the convolution takes them: laid out otherwise they would be copied at every use.
        using Tensor zeros = TensorData.Full(0, null, shape.Outputs, shape.Inputs / shape.Groups, shape.Kernel, shape.Kernel);
        _weight = NetworkTensors.Parameter(zeros.ToChannelsLast());
        if (bias)
            _bias = NetworkTensors.Parameter(0, shape.Outputs);
        RegisterComponents();
    }

    /// <summary>(outputs, inputs / groups, kernel, kernel); channels-last in memory.</summary>
    public Parameter Weight => _weight;

    /// <summary>(outputs), or null.</summary>
    public Parameter? Bias => _bias;

    /// <summary>Columns that do not see each other.</summary>
    public int Groups => _shape.Groups;

    /// <summary>
    /// The bias, where in the present precision it would be added in a pass of its own; null where the convolution adds it. Who
    /// goes over the output anyway adds it to <see cref="WithoutBias"/> at less cost.
    /// </summary>
    internal Tensor? BiasApart =>
        _bias is null || EnginePrecision.Current != Precision.Bf16 || _shape.IsOdd || _shape.TakesNarrowBias ? null
            : EnginePrecision.NarrowWeight(_bias);

    /// <summary>As <see cref="forward"/>, without the bias.</summary>
    internal Tensor WithoutBias(Tensor input) => Apply(input, _weight, bias: null, _shape);

    /// <summary>(B, inputs, H, W) to (B, outputs, H', W').</summary>
    public override Tensor forward(Tensor input) => Apply(input, _weight, _bias, _shape);

    /// <summary>A convolution with weights of another module or none.</summary>
    /// <param name="x">(B, inputs, H, W).</param>
    /// <param name="weight">(outputs, inputs / groups, kernel, kernel).</param>
    /// <param name="bias">(outputs), or null.</param>
    /// <param name="shape">Sizes.</param>
    /// <returns>(B, outputs, H', W'), of the type that <see cref="EnginePrecision"/> has products in.</returns>
    /// <remarks>
    /// Always channels-last: it is the faster layout, and libtorch 2.10's row-major kernels for a few input channels give wrong
    /// gradients of the input on processors with AVX-512 (ConvolutionTests compares with double precision).
    /// </remarks>
    internal static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, ConvolutionShape shape)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(shape);
        // libtorch 2.10's gradients of a 1x1 convolution with a stride write beyond their memory on a processor, with 6 channels
        // among others (ConvolutionTests): what the stride passes over is left out before.
        if (shape is { Kernel: 1, Stride: > 1, Padding: 0 })
        {
            using Tensor lines = x.slice(2, 0, x.size(2), shape.Stride), places = lines.slice(3, 0, x.size(3), shape.Stride);
            return Apply(places, weight, bias, shape with { Stride = 1 });
        }
        if (!shape.Same)
            return Convolve(x, shape.Padding);
        SamePadding rows = SamePadding.Of((int)x.size(2), shape.Kernel, shape.Stride);
        SamePadding columns = SamePadding.Of((int)x.size(3), shape.Kernel, shape.Stride);
        if (rows.IsSymmetric && rows == columns)
            return Convolve(x, rows.Before);
        using Tensor padded = functional.pad(x, [columns.Before, columns.After, rows.Before, rows.After]);
        return Convolve(padded, 0);

        Tensor Convolve(Tensor input, int padding)
        {
            // One channel lies the same way in both layouts, and libtorch takes it for row-major: a channel of zeros settles it.
            if (shape.Inputs == 1)
                (input, weight) = (cat([input, zeros_like(input)], 1), cat([weight, zeros_like(weight)], 1));
            if (!StridedInputGradient.Suits(input, shape))
                return ConvolveAsAsked(input, weight, bias, padding, shape);
            using Tensor values = input.detach(), convolved = ConvolveAsAsked(values, weight, bias, padding, shape);
            using Tensor nothing =
                StridedInputGradient.Through(input, EnginePrecision.NarrowWeight(weight), shape.Stride, padding);
            return convolved.Plus(nothing);
        }
    }

    private static Tensor ConvolveAsAsked(Tensor input, Tensor weight, Tensor? bias, int padding, ConvolutionShape shape) =>
        EnginePrecision.Current == Precision.Bf16 ? ConvolveNarrow(input, weight, bias, padding, shape)
            : ConvolveWide(input.ToChannelsLast(), weight, bias, padding, shape);

    private static Tensor ConvolveWide(Tensor input, Tensor weight, Tensor? bias, int padding, ConvolutionShape shape) =>
        ColorConvolution.Suits(input, weight, bias, shape) ? ColorConvolution.Apply(input, weight, bias!)
            : Convolve2d(input, weight, bias, padding, shape);

    // libtorch 2.10's BFloat16 kernels give wrong gradients of the input where the outputs of a column are odd in number
    // (ConvolutionTests): a channel of zeros is added and taken away; where there are several columns, they stay Float32.
    // On processors with AMX they write the gradient of a bias in sixteens, beyond its end where it has fewer numbers and the
    // inputs are some thousands, which ends the process: a bias of another length is added to what the convolution gives.
    private static Tensor ConvolveNarrow(Tensor input, Tensor weight, Tensor? bias, int padding, ConvolutionShape shape)
    {
        bool odd = shape.IsOdd, whole = shape.TakesNarrowBias;
        if (odd && shape.Groups > 1)
            return Convolve2d(EnginePrecision.Widen(input).ToChannelsLast(), weight, bias, padding, shape);
        Tensor narrowWeight = EnginePrecision.NarrowWeight(weight);
        if (odd)
            narrowWeight = cat([narrowWeight, zeros_like(narrowWeight.narrow(0, 0, 1))], 0);
        Tensor? narrowBias = bias is null ? null : EnginePrecision.NarrowWeight(bias);
        Tensor narrowInput = EnginePrecision.Narrow(input).ToChannelsLast();
        if (SmallMapWeightGradient.Suits(narrowInput, narrowWeight, padding, shape))
            return ConvolveSmallMaps(narrowInput, narrowWeight, narrowBias, padding, shape);
        Tensor y = Convolve2d(narrowInput, narrowWeight, whole ? narrowBias : null, padding, shape);
        if (odd)
            y = y.narrow(1, 0, shape.Outputs);
        return whole || narrowBias is null ? y : y.Plus(narrowBias.view(1, -1, 1, 1));
    }

    private static Tensor ConvolveSmallMaps(Tensor input, Tensor weight, Tensor? bias, int padding, ConvolutionShape shape)
    {
        using Tensor values = weight.detach(), convolved = Convolve2d(input, values, null, padding, shape);
        using Tensor nothing = SmallMapWeightGradient.Through(weight, input, shape.Groups);
        Tensor y = convolved.Plus(nothing);
        return bias is null ? y : y.Plus(bias.view(1, -1, 1, 1));
    }

    private static Tensor Convolve2d(Tensor input, Tensor weight, Tensor? bias, int padding, ConvolutionShape shape) =>
        functional.conv2d(input, weight, bias, [shape.Stride, shape.Stride], [padding, padding], [1, 1], shape.Groups);
}
