namespace SpotArtifacts.Torch.Modules;

/// <summary>A 2-D convolution; weights start at zero and are set by an initialiser.</summary>
public sealed class Convolution : Module
{
    private readonly ConvolutionShape _shape;

    /// <summary>A convolution with tensors <c>name.weight</c> and, if wanted, <c>name.bias</c>.</summary>
    public Convolution(string name, ConvolutionShape shape, bool bias) : base(name)
    {
        ArgumentNullException.ThrowIfNull(shape);
        _shape = shape;
        Weight = Add("weight", ParameterRole.ConvolutionWeight, 0, [shape.Outputs, shape.Inputs / shape.Groups, shape.Kernel, shape.Kernel], shape.Groups);
        if (bias) Bias = Add("bias", ParameterRole.Bias, 0, [shape.Outputs]);
    }

    /// <summary>(outputs, inputs / groups, kernel, kernel).</summary>
    public Parameter Weight { get; }

    /// <summary>(outputs), or null.</summary>
    public Parameter? Bias { get; }

    /// <summary>(B, inputs, H, W) to (B, outputs, H', W').</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!_shape.Same) return Functions.Convolution(x, Weight.Value, Bias?.Value, _shape.Stride, _shape.Padding, _shape.Groups);
        SamePadding rows = SamePadding.Of((int)x.Shape[2], _shape.Kernel, _shape.Stride);
        SamePadding columns = SamePadding.Of((int)x.Shape[3], _shape.Kernel, _shape.Stride);
        if (rows.IsSymmetric && rows == columns)
            return Functions.Convolution(x, Weight.Value, Bias?.Value, _shape.Stride, rows.Before, _shape.Groups);
        using Tensor padded = Functions.Pad(x, columns.Before, columns.After, rows.Before, rows.After);
        return Functions.Convolution(padded, Weight.Value, Bias?.Value, _shape.Stride, 0, _shape.Groups);
    }
}

/// <summary>Sizes of a convolution.</summary>
/// <param name="Inputs">Input channels.</param>
/// <param name="Outputs">Output channels.</param>
/// <param name="Kernel">Side of the square kernel.</param>
/// <param name="Stride">Step between windows.</param>
/// <param name="Padding">Zeros on each side; ignored when <paramref name="Same"/>.</param>
/// <param name="Groups">Columns that do not see each other.</param>
/// <param name="Same">TensorFlow's SAME padding instead.</param>
public sealed record ConvolutionShape(int Inputs, int Outputs, int Kernel, int Stride = 1, int Padding = 0, int Groups = 1, bool Same = false);
