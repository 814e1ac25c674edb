using System.Collections.Concurrent;
using System.Text;
using SpotArtifacts.Torch.Interop;

namespace SpotArtifacts.Torch;

/// <summary>An operator of libtorch's dispatcher, found by name and called with a list of values, autograd included.</summary>
public sealed unsafe class Operator
{
    private const int MaxResults = 64;
    private static readonly ConcurrentDictionary<(string, string), Operator> Cache = new();
    private readonly string _base, _overload;
    private nint _handle;

    private Operator(string name, string overload)
    {
        Name = overload.Length == 0 ? name : $"{name}.{overload}";
        (_base, _overload) = (name, overload);
    }

    /// <summary>Qualified name, as <c>aten::conv2d</c> or <c>aten::add.Tensor</c>.</summary>
    public string Name { get; }

    /// <summary>An operator by its name. It is looked up when first used, and that is when an unknown one is refused.</summary>
    /// <remarks>
    /// Operators stand in static fields. Looked up there, a library that does not load would surface as a
    /// TypeInitializationException, from then on and with its reason hidden inside.
    /// </remarks>
    /// <param name="name">Name with its namespace, as <c>aten::add</c>.</param>
    /// <param name="overload">Overload, as <c>Tensor</c>; empty for none.</param>
    public static Operator Find(string name, string overload = "") => Cache.GetOrAdd((name, overload), key => new(key.Item1, key.Item2));

    /// <summary>The operator's schema as libtorch prints it.</summary>
    /// <exception cref="TorchException">The libtorch in use has no such operator.</exception>
    public string Schema()
    {
        byte* buffer = stackalloc byte[4096];
        Status.Check(SpotTorch.OperatorSchema(LookUp(), buffer, 4096), Name);
        return Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer));
    }

    /// <summary>Calls an operator with exactly one tensor as result.</summary>
    /// <exception cref="TorchException">libtorch refused: the message names the operator and the shapes of its inputs.</exception>
    public Tensor Call(params ReadOnlySpan<Value> arguments)
    {
        NativeValue result;
        int count = Invoke(arguments, &result, 1);
        return count == 1 && result.Tag == ValueTag.Tensor
            ? Tensor.Own((nint)result.Bits)
            : throw new TorchException($"{Name} gave {count} results, not one tensor");
    }

    /// <summary>Calls an operator with any number of results; only the tensors among them are returned, absent ones as null.</summary>
    /// <exception cref="TorchException">libtorch refused: the message names the operator and the shapes of its inputs.</exception>
    public Tensor?[] CallMany(params ReadOnlySpan<Value> arguments)
    {
        NativeValue* results = stackalloc NativeValue[MaxResults];
        int count = Invoke(arguments, results, MaxResults);
        var tensors = new List<Tensor?>(count);
        for (int i = 0; i < count; i++)
        {
            if (results[i].Tag == ValueTag.Tensor) tensors.Add(Tensor.Own((nint)results[i].Bits));
            else if (results[i].Tag == ValueTag.None) tensors.Add(null);
        }
        return [.. tensors];
    }

    /// <summary>Calls an operator that changes its arguments in place; what it returns is dropped.</summary>
    /// <exception cref="TorchException">libtorch refused: the message names the operator and the shapes of its inputs.</exception>
    public void Run(params ReadOnlySpan<Value> arguments)
    {
        NativeValue* results = stackalloc NativeValue[MaxResults];
        int count = Invoke(arguments, results, MaxResults);
        for (int i = 0; i < count; i++)
            if (results[i].Tag == ValueTag.Tensor) SpotTorch.TensorFree((nint)results[i].Bits);
    }

    private int Invoke(ReadOnlySpan<Value> arguments, NativeValue* results, int capacity)
    {
        nint operation = LookUp();
        NativeValue* native = stackalloc NativeValue[arguments.Length];
        long* scratch = stackalloc long[ArgumentScratch.Capacity];
        var lists = new ArgumentScratch(scratch);
        try
        {
            for (int i = 0; i < arguments.Length; i++) native[i] = Convert(ref lists, arguments, i);
            if (SpotTorch.OperatorCall(operation, native, arguments.Length, results, capacity, out int count) == 0) return count;
            throw new TorchException($"{Name}({Describe(arguments)}): {Status.LastError()}");
        }
        finally
        {
            lists.Free();
            foreach (ref readonly Value argument in arguments) GC.KeepAlive(argument.Reference);
        }
    }

    private NativeValue Convert(ref ArgumentScratch lists, ReadOnlySpan<Value> arguments, int index)
    {
        try
        {
            return lists.Convert(arguments[index]);
        }
        catch (TorchException e)
        {
            throw new TorchException($"{Name}({Describe(arguments)}): argument {index}: {e.Message}", e);
        }
    }

    // Two threads may both look it up; they find the same.
    private nint LookUp()
    {
        if (_handle == 0)
        {
            Status.Check(SpotTorch.OperatorFind(_base, _overload, out nint found), $"look up {Name}");
            _handle = found;
        }
        return _handle;
    }

    private static string Describe(ReadOnlySpan<Value> arguments)
    {
        var text = new StringBuilder();
        foreach (ref readonly Value argument in arguments)
        {
            if (text.Length > 0) text.Append(", ");
            text.Append(argument.ToString());
        }
        return text.ToString();
    }
}
