namespace SpotArtifacts.Torch;

/// <content>Arithmetic, shape and reduction operators; each makes a new tensor unless its name ends in InPlace.</content>
public sealed partial class Tensor
{
    private static readonly Operator s_add = Operator.Find("aten::add", "Tensor");
    private static readonly Operator s_addScalar = Operator.Find("aten::add", "Scalar");
    private static readonly Operator s_subtract = Operator.Find("aten::sub", "Tensor");
    private static readonly Operator s_multiply = Operator.Find("aten::mul", "Tensor");
    private static readonly Operator s_multiplyScalar = Operator.Find("aten::mul", "Scalar");
    private static readonly Operator s_divide = Operator.Find("aten::div", "Tensor");
    private static readonly Operator s_divideScalar = Operator.Find("aten::div", "Scalar");
    private static readonly Operator s_reverseSubtract = Operator.Find("aten::rsub", "Scalar");
    private static readonly Operator s_reshape = Operator.Find("aten::reshape");
    private static readonly Operator s_narrow = Operator.Find("aten::narrow");
    private static readonly Operator s_transpose = Operator.Find("aten::transpose", "int");
    private static readonly Operator s_permute = Operator.Find("aten::permute");
    private static readonly Operator s_contiguous = Operator.Find("aten::contiguous");
    private static readonly Operator s_mean = Operator.Find("aten::mean");
    private static readonly Operator s_meanOver = Operator.Find("aten::mean", "dim");
    private static readonly Operator s_sum = Operator.Find("aten::sum");
    private static readonly Operator s_sumOver = Operator.Find("aten::sum", "dim_IntList");
    private static readonly Operator s_square = Operator.Find("aten::square");
    private static readonly Operator s_sqrt = Operator.Find("aten::sqrt");
    private static readonly Operator s_abs = Operator.Find("aten::abs");
    private static readonly Operator s_detach = Operator.Find("aten::detach");
    private static readonly Operator s_clone = Operator.Find("aten::clone");
    private static readonly Operator s_copy = Operator.Find("aten::copy_");
    private static readonly Operator s_to = Operator.Find("aten::to", "device");
    private static readonly Operator s_cat = Operator.Find("aten::cat");
    private static readonly Operator s_matmul = Operator.Find("aten::matmul");
    private static readonly Operator s_isFinite = Operator.Find("aten::isfinite");
    private static readonly Operator s_all = Operator.Find("aten::all");
    private static readonly Operator s_zeros = Operator.Find("aten::zeros_like");
    private static readonly Operator s_ones = Operator.Find("aten::ones_like");
    private static readonly Operator s_clamp = Operator.Find("aten::clamp");
    private static readonly Operator s_minimum = Operator.Find("aten::minimum");
    private static readonly Operator s_largest = Operator.Find("aten::amax");
    private static readonly Operator s_smallest = Operator.Find("aten::amin");
    private static readonly Operator s_atLeast = Operator.Find("aten::clamp_min");
    private static readonly Operator s_full = Operator.Find("aten::full");
    private static readonly Operator s_indexSelect = Operator.Find("aten::index_select");
    private static readonly Operator s_greater = Operator.Find("aten::gt", "Scalar");
    private static readonly Operator s_argMax = Operator.Find("aten::argmax");
    private static readonly Operator s_topK = Operator.Find("aten::topk");

    /// <summary>Elementwise sum, with broadcasting.</summary>
    public static Tensor operator +(Tensor a, Tensor b) => s_add.Call(a, b);

    /// <summary>Adds a number to each element.</summary>
    public static Tensor operator +(Tensor a, double b) => s_addScalar.Call(a, b);

    /// <summary>Elementwise difference, with broadcasting.</summary>
    public static Tensor operator -(Tensor a, Tensor b) => s_subtract.Call(a, b);

    /// <summary>Subtracts a number from each element.</summary>
    public static Tensor operator -(Tensor a, double b) => s_addScalar.Call(a, -b);

    /// <summary>Subtracts each element from a number.</summary>
    public static Tensor operator -(double a, Tensor b) => s_reverseSubtract.Call(b, a);

    /// <summary>Elementwise product, with broadcasting.</summary>
    public static Tensor operator *(Tensor a, Tensor b) => s_multiply.Call(a, b);

    /// <summary>Multiplies each element by a number.</summary>
    public static Tensor operator *(Tensor a, double b) => s_multiplyScalar.Call(a, b);

    /// <summary>Multiplies each element by a number.</summary>
    public static Tensor operator *(double a, Tensor b) => s_multiplyScalar.Call(b, a);

    /// <summary>Elementwise quotient, with broadcasting.</summary>
    public static Tensor operator /(Tensor a, Tensor b) => s_divide.Call(a, b);

    /// <summary>Divides each element by a number.</summary>
    public static Tensor operator /(Tensor a, double b) => s_divideScalar.Call(a, b);

    /// <summary>A tensor of one value.</summary>
    public static Tensor Full(double value, string device, params long[] shape) => Full(value, ElementType.Float32, device, shape);

    /// <summary>A tensor of one value and a given type.</summary>
    public static Tensor Full(double value, ElementType type, string device, params long[] shape) =>
        s_full.Call(shape, value, type, Value.None, device);

    /// <summary>Joins tensors along a dimension; all other sizes are equal.</summary>
    public static Tensor Concatenate(int dimension, params Tensor[] tensors) => s_cat.Call(tensors, dimension);

    /// <summary>The same elements in another shape; -1 stands for what is left.</summary>
    public Tensor Reshape(params long[] shape) => s_reshape.Call(this, shape);

    /// <summary>A view of <paramref name="length"/> entries of a dimension, from <paramref name="start"/>.</summary>
    public Tensor Narrow(int dimension, long start, long length) => s_narrow.Call(this, dimension, start, length);

    /// <summary>A view with two dimensions exchanged.</summary>
    public Tensor Transpose(int first, int second) => s_transpose.Call(this, first, second);

    /// <summary>A view with the dimensions in another order.</summary>
    public Tensor Permute(params long[] order) => s_permute.Call(this, order);

    /// <summary>The tensor itself if its memory is row-major, else a row-major copy.</summary>
    public Tensor Contiguous() => s_contiguous.Call(this);

    /// <summary>The tensor itself if its memory has channels last (NHWC), else such a copy; the shape stays NCHW.</summary>
    public Tensor ChannelsLast() => s_contiguous.Call(this, (long)MemoryFormat.ChannelsLast);

    /// <summary>Mean of all elements.</summary>
    public Tensor Mean() => s_mean.Call(this);

    /// <summary>Mean over dimensions.</summary>
    public Tensor Mean(long[] dimensions, bool keep = false) => s_meanOver.Call(this, dimensions, keep);

    /// <summary>Sum of all elements.</summary>
    public Tensor Sum() => s_sum.Call(this);

    /// <summary>Sum over dimensions.</summary>
    public Tensor Sum(long[] dimensions, bool keep = false) => s_sumOver.Call(this, dimensions, keep);

    /// <summary>Elementwise square.</summary>
    public Tensor Square() => s_square.Call(this);

    /// <summary>Elementwise square root.</summary>
    public Tensor Sqrt() => s_sqrt.Call(this);

    /// <summary>Elementwise absolute value.</summary>
    public Tensor Abs() => s_abs.Call(this);

    /// <summary>Matrix product, batched as libtorch's matmul.</summary>
    public Tensor MatMul(Tensor other) => s_matmul.Call(this, other);

    /// <summary>The same values, cut off from the recorded graph.</summary>
    public Tensor Detach() => s_detach.Call(this);

    /// <summary>A copy with its own storage.</summary>
    public Tensor Clone() => s_clone.Call(this);

    /// <summary>Zeros of the same shape, type, device and layout.</summary>
    public Tensor ZerosLike() => s_zeros.Call(this);

    /// <summary>Ones of the same shape, type, device and layout.</summary>
    public Tensor OnesLike() => s_ones.Call(this);

    /// <summary>Each element moved into [minimum, maximum].</summary>
    public Tensor Clamp(double minimum, double maximum) => s_clamp.Call(this, minimum, maximum);

    /// <summary>The smaller of two, element by element, with broadcasting.</summary>
    public Tensor Minimum(Tensor other) => s_minimum.Call(this, other);

    /// <summary>Largest element along a dimension, which stays with size 1.</summary>
    public Tensor Largest(int dimension) => s_largest.Call(this, new long[] { dimension }, true);

    /// <summary>Smallest element along a dimension, which stays with size 1.</summary>
    public Tensor Smallest(int dimension) => s_smallest.Call(this, new long[] { dimension }, true);

    /// <summary>max(x, minimum), elementwise.</summary>
    public Tensor AtLeast(double minimum) => s_atLeast.Call(this, minimum);

    /// <summary>Overwrites this tensor with another, converting type, device and layout.</summary>
    public void CopyInPlace(Tensor source) => s_copy.Run(this, source);

    /// <summary>This tensor on another device and of another type; itself when both fit already.</summary>
    public Tensor To(string device, ElementType type) => s_to.Call(this, device, type);

    /// <summary>Picks entries of a dimension by a tensor of 64-bit indices.</summary>
    public Tensor Select(int dimension, Tensor indices) => s_indexSelect.Call(this, dimension, indices);

    /// <summary>Whether each element is greater than a number, as Boolean.</summary>
    public Tensor GreaterThan(double value) => s_greater.Call(this, value);

    /// <summary>Index of the largest element along a dimension, as Int64.</summary>
    public Tensor ArgMax(int dimension) => s_argMax.Call(this, dimension);

    /// <summary>The k largest values along the last dimension, in falling order, and their indices.</summary>
    public (Tensor Values, Tensor Indices) TopK(int k)
    {
        Tensor?[] result = s_topK.CallMany(this, k);
        return (result[0]!, result[1]!);
    }

    /// <summary>Whether no element is infinite or not a number.</summary>
    public bool IsFinite()
    {
        using Tensor flags = s_isFinite.Call(this);
        using Tensor all = s_all.Call(flags);
        return all.ToArray<bool>()[0];
    }
}
