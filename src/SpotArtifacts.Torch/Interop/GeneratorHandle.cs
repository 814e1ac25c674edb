using Microsoft.Win32.SafeHandles;

namespace SpotArtifacts.Torch.Interop;

/// <summary>Owns one SpotGenerator.</summary>
internal sealed class GeneratorHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    internal GeneratorHandle(nint value) : base(ownsHandle: true) => SetHandle(value);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        SpotTorch.GeneratorFree(handle);
        return true;
    }
}
