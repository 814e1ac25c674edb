using Microsoft.Win32.SafeHandles;

namespace SpotArtifacts.Torch.Interop;

/// <summary>Owns one SpotTensor.</summary>
internal sealed class TensorHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    internal TensorHandle(nint value) : base(ownsHandle: true) => SetHandle(value);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        SpotTorch.TensorFree(handle);
        return true;
    }
}
