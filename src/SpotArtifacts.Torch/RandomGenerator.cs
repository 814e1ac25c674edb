using SpotArtifacts.Torch.Interop;

namespace SpotArtifacts.Torch;

/// <summary>A random generator of libtorch whose state can be saved and restored.</summary>
public sealed class RandomGenerator : IDisposable
{
    private readonly GeneratorHandle _handle;

    /// <summary>A generator with its own state.</summary>
    /// <param name="seed">Any number; equal seeds give equal sequences on one device and libtorch version.</param>
    /// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
    public RandomGenerator(long seed, string device = "cpu")
    {
        Status.Check(SpotTorch.GeneratorNew(device, seed, out nint native), $"random generator on {device}");
        _handle = new GeneratorHandle(native);
    }

    internal GeneratorHandle Handle => _handle.IsClosed ? throw new TorchException("the random generator is disposed") : _handle;

    /// <summary>The state as bytes, to be saved.</summary>
    public byte[] GetState()
    {
        Status.Check(SpotTorch.GeneratorStateGet(Handle, out nint native), "generator state");
        using Tensor state = Tensor.Own(native);
        return state.ToArray<byte>();
    }

    /// <summary>Restores a saved state.</summary>
    /// <exception cref="TorchException">The bytes are not a state of this kind of generator.</exception>
    public void SetState(ReadOnlySpan<byte> state)
    {
        using Tensor tensor = Tensor.From(state, state.Length);
        Status.Check(SpotTorch.GeneratorStateSet(Handle, tensor.Handle), "generator state");
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
