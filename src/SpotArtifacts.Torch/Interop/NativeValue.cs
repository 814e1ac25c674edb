using System.Runtime.InteropServices;

namespace SpotArtifacts.Torch.Interop;

/// <summary>SpotValue of spot_torch.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeValue
{
    internal ValueTag Tag;
    internal int Count;
    internal long Bits;
}

/// <summary>SpotTag of spot_torch.h.</summary>
internal enum ValueTag
{
    None = 0,
    Default = 1,
    Tensor = 2,
    Int = 3,
    Double = 4,
    Bool = 5,
    IntList = 6,
    DoubleList = 7,
    TensorList = 8,
    Text = 9,
    Generator = 10,
}
