using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

#pragma warning disable RS0030 // The one place where numbers become TorchSharp's scalars.

/// <summary>
/// Operators of a tensor and a number, and those to which TorchSharp itself adds a number: x + y is x + 1 * y. What ends in
/// <c>InPlace</c> changes its tensor and returns it, as TorchSharp's operators with an underscore do.
/// </summary>
/// <remarks>
/// TorchSharp hands the native scalar of a <see cref="Scalar"/> to libtorch and forgets the object, whose finalizer frees the
/// native scalar: one that was made for the call alone can be gone before libtorch has read it. Here each lives until the call
/// is over. eng/BannedSymbols.Scalars.txt keeps the others out of the sources.
/// </remarks>
internal static class TensorArithmetic
{
    // Whole numbers, as TorchSharp passes them: then types of whole numbers stay what they are.
    private static readonly Scalar s_one = Constant(1), s_two = Constant(2);

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, s_one);

    /// <summary>x + factor * y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y, double factor)
    {
        using Scalar scalar = factor.ToScalar();
        return x.add(y, scalar);
    }

    /// <summary>x + number.</summary>
    public static Tensor Plus(this Tensor x, double number)
    {
        using Scalar scalar = number.ToScalar();
        return x.add(scalar, s_one);
    }

    /// <summary>x + a * b.</summary>
    public static Tensor PlusProduct(this Tensor x, Tensor a, Tensor b) => x.addcmul(a, b, s_one);

    /// <summary>x - number.</summary>
    public static Tensor Minus(this Tensor x, double number)
    {
        using Scalar scalar = number.ToScalar();
        return x.sub(scalar);
    }

    /// <summary>1 - x.</summary>
    public static Tensor Complement(this Tensor x) => x.negative().Plus(1);

    /// <summary>factor * x.</summary>
    public static Tensor Times(this Tensor x, double factor)
    {
        using Scalar scalar = factor.ToScalar();
        return x.mul(scalar);
    }

    /// <summary>x / divisor.</summary>
    public static Tensor Over(this Tensor x, double divisor)
    {
        using Scalar scalar = divisor.ToScalar();
        return x.div(scalar);
    }

    /// <summary>x * x.</summary>
    public static Tensor Squared(this Tensor x) => x.pow(s_two);

    /// <summary>x^exponent.</summary>
    public static Tensor Power(this Tensor x, double exponent)
    {
        using Scalar scalar = exponent.ToScalar();
        return x.pow(scalar);
    }

    /// <summary>x where it is above 0, else slope * x.</summary>
    public static Tensor LeakyRelu(this Tensor x, double slope)
    {
        using Scalar scalar = slope.ToScalar();
        return x.leaky_relu(scalar);
    }

    /// <summary>As <see cref="LeakyRelu"/>, in the memory of x, which is given back: for what nothing else needs.</summary>
    public static Tensor LeakyReluInPlace(this Tensor x, double slope)
    {
        using Scalar scalar = slope.ToScalar();
        return x.leaky_relu_(scalar);
    }

    /// <summary>The larger one of x and a number.</summary>
    public static Tensor AtLeast(this Tensor x, double least)
    {
        using Scalar scalar = least.ToScalar();
        return x.clamp_min(scalar);
    }

    /// <summary>x within bounds.</summary>
    public static Tensor Between(this Tensor x, double least, double most)
    {
        using Scalar low = least.ToScalar(), high = most.ToScalar();
        return x.clamp(low, high);
    }

    /// <summary>Whether each element is above a number.</summary>
    public static Tensor IsAbove(this Tensor x, double number)
    {
        using Scalar scalar = number.ToScalar();
        return x.gt(scalar);
    }

    /// <summary>x += y.</summary>
    public static Tensor AddInPlace(this Tensor x, Tensor y) => x.add_(y, s_one);

    /// <summary>x += factor * y.</summary>
    public static Tensor AddInPlace(this Tensor x, Tensor y, double factor)
    {
        using Scalar scalar = factor.ToScalar();
        return x.add_(y, scalar);
    }

    /// <summary>x += number.</summary>
    public static Tensor AddInPlace(this Tensor x, double number)
    {
        using Scalar scalar = number.ToScalar();
        return x.add_(scalar, s_one);
    }

    /// <summary>x += factor * a * b.</summary>
    public static Tensor AddProductInPlace(this Tensor x, Tensor a, Tensor b, double factor)
    {
        using Scalar scalar = factor.ToScalar();
        return x.addcmul_(a, b, scalar);
    }

    /// <summary>x += factor * a / b.</summary>
    public static Tensor AddQuotientInPlace(this Tensor x, Tensor a, Tensor b, double factor)
    {
        using Scalar scalar = factor.ToScalar();
        return x.addcdiv_(a, b, scalar);
    }

    /// <summary>x *= factor.</summary>
    public static Tensor ScaleInPlace(this Tensor x, double factor)
    {
        using Scalar scalar = factor.ToScalar();
        return x.mul_(scalar);
    }

    /// <summary>x /= divisor.</summary>
    public static Tensor DivideInPlace(this Tensor x, double divisor)
    {
        using Scalar scalar = divisor.ToScalar();
        return x.div_(scalar);
    }

    /// <summary>A tensor of one value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="type">Type of the elements.</param>
    /// <param name="device">Where.</param>
    /// <param name="shape">Sizes of the dimensions.</param>
    public static Tensor Full(double value, ScalarType type, Device device, params long[] shape)
    {
        using Scalar scalar = value.ToScalar();
        return full(shape, scalar, type, device);
    }

    private static Scalar Constant(int value)
    {
        NativeEngine.EnsureLoaded();
        return value.ToScalar();
    }
}
