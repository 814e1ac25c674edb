using SpotArtifacts.Torch.Interop;

namespace SpotArtifacts.Torch;

/// <summary>An argument of an operator: a number, a list, a tensor, nothing, or the schema's default.</summary>
public readonly struct Value
{
    private Value(ValueTag tag, long bits = 0, object? reference = null)
    {
        Tag = tag;
        Bits = bits;
        Reference = reference;
    }

    internal ValueTag Tag { get; }

    internal long Bits { get; }

    internal object? Reference { get; }

    /// <summary>An absent optional.</summary>
    public static Value None => default;

    /// <summary>The default that the operator's schema gives.</summary>
    public static Value Default => new(ValueTag.Default);

    /// <summary>A tensor; null is an absent optional tensor.</summary>
    public static implicit operator Value(Tensor? tensor) => tensor is null ? None : new(ValueTag.Tensor, 0, tensor);

    /// <summary>An integer.</summary>
    public static implicit operator Value(long number) => new(ValueTag.Int, number);

    /// <summary>A float.</summary>
    public static implicit operator Value(double number) => new(ValueTag.Double, BitConverter.DoubleToInt64Bits(number));

    /// <summary>A boolean.</summary>
    public static implicit operator Value(bool flag) => new(ValueTag.Bool, flag ? 1 : 0);

    /// <summary>An element type, which libtorch takes as an integer.</summary>
    public static implicit operator Value(ElementType type) => new(ValueTag.Int, (long)type);

    /// <summary>A list of integers.</summary>
    public static implicit operator Value(long[] numbers) => new(ValueTag.IntList, 0, numbers);

    /// <summary>A list of floats.</summary>
    public static implicit operator Value(double[] numbers) => new(ValueTag.DoubleList, 0, numbers);

    /// <summary>A list of tensors.</summary>
    public static implicit operator Value(Tensor[] tensors) => new(ValueTag.TensorList, 0, tensors);

    /// <summary>A string, or a device such as <c>cuda:0</c>.</summary>
    public static implicit operator Value(string text) => new(ValueTag.Text, 0, text);

    /// <summary>A random generator.</summary>
    public static implicit operator Value(RandomGenerator? generator) => generator is null ? None : new(ValueTag.Generator, 0, generator);

    /// <summary>How the argument reads in an error message: shapes, not contents.</summary>
    public override string ToString() => Reference switch
    {
        Tensor t => t.ToString(),
        Tensor?[] list => $"[{string.Join(", ", list.Take(4).Select(t => t?.ToString() ?? "none"))}{(list.Length > 4 ? $", ... {list.Length} in all" : "")}]",
        long[] list => $"[{string.Join(", ", list)}]",
        double[] list => $"[{string.Join(", ", list)}]",
        string text => text,
        RandomGenerator => "generator",
        _ => Tag switch
        {
            ValueTag.Int => $"{Bits}",
            ValueTag.Double => $"{BitConverter.Int64BitsToDouble(Bits)}",
            ValueTag.Bool => Bits != 0 ? "true" : "false",
            ValueTag.Default => "default",
            _ => "none",
        },
    };
}
