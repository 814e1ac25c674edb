using System.Runtime.InteropServices;
using System.Text;

namespace SpotArtifacts.Torch.Interop;

/// <summary>Lays an operator's list arguments out for the C side: in a scratch buffer on the stack while it lasts, then on the heap.</summary>
internal unsafe ref struct ArgumentScratch(long* scratch)
{
    internal const int Capacity = 64;
    private int _used;
    private List<nint>? _allocated;

    internal NativeValue Convert(in Value value) => value.Reference switch
    {
        null => new NativeValue { Tag = value.Tag, Bits = value.Bits },
        Tensor t => new NativeValue { Tag = ValueTag.Tensor, Bits = t.Handle.DangerousGetHandle() },
        RandomGenerator g => new NativeValue { Tag = ValueTag.Generator, Bits = g.Handle.DangerousGetHandle() },
        long[] list => Pack(ValueTag.IntList, list),
        double[] list => Pack(ValueTag.DoubleList, MemoryMarshal.Cast<double, long>(list)),
        Tensor[] list => PackTensors(list),
        string text => PackText(text),
        _ => throw new TorchException($"an argument of type {value.Reference.GetType()}"),
    };

    internal readonly void Free()
    {
        if (_allocated is null) return;
        foreach (nint block in _allocated) NativeMemory.Free((void*)block);
    }

    private long* Reserve(int words)
    {
        if (_used + words <= Capacity)
        {
            long* at = scratch + _used;
            _used += words;
            return at;
        }
        void* block = NativeMemory.Alloc((nuint)words, sizeof(long));
        (_allocated ??= []).Add((nint)block);
        return (long*)block;
    }

    private NativeValue Pack(ValueTag tag, ReadOnlySpan<long> list)
    {
        long* at = Reserve(list.Length);
        list.CopyTo(new Span<long>(at, list.Length));
        return new NativeValue { Tag = tag, Count = list.Length, Bits = (long)at };
    }

    private NativeValue PackTensors(Tensor?[] list)
    {
        long* at = Reserve(list.Length);
        for (int i = 0; i < list.Length; i++) at[i] = list[i]?.Handle.DangerousGetHandle() ?? 0;
        return new NativeValue { Tag = ValueTag.TensorList, Count = list.Length, Bits = (long)at };
    }

    private NativeValue PackText(string text)
    {
        int bytes = Encoding.UTF8.GetByteCount(text);
        long* at = Reserve(bytes / sizeof(long) + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(at, bytes));
        return new NativeValue { Tag = ValueTag.Text, Count = bytes, Bits = (long)at };
    }
}
