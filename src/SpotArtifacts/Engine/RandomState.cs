using System.Buffers.Binary;
using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

/// <summary>The state of a random generator as bytes, for checkpoints.</summary>
internal static class RandomState
{
    // Where libtorch's Mersenne twister keeps what it checks (CPUGeneratorImplState): numbers left in a block of 624, whether
    // it was seeded, and the next number.
    private const int Block = 624, LeftAt = 8, SeededAt = 12, NextAt = 16;

    /// <summary>The state, to be saved.</summary>
    public static byte[] GetStateBytes(this Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        using Tensor state = generator.get_state();
        byte[] bytes = TensorMemory.Span<byte>(state).ToArray();
        GC.KeepAlive(state);
        return bytes;
    }

    /// <summary>Restores a saved state.</summary>
    /// <exception cref="ArgumentException">The bytes are not a state of this kind of generator; nothing is changed.</exception>
    public static void SetStateBytes(this Generator generator, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(generator);
        using Tensor state = generator.get_state();
        // Given a wrong state, libtorch throws through TorchSharp's managed code, which ends the process.
        if (bytes.Length != state.numel())
            throw new ArgumentException($"{bytes.Length} bytes are no state of a random generator, which has {state.numel()}");
        int left = BinaryPrimitives.ReadInt32LittleEndian(bytes[LeftAt..]),
        seeded = BinaryPrimitives.ReadInt32LittleEndian(bytes[SeededAt..]);
        if (seeded != 1 || left is < 1 or > Block || BinaryPrimitives.ReadUInt64LittleEndian(bytes[NextAt..]) > Block)
            throw new ArgumentException("the bytes are no state of a random generator");
        bytes.CopyTo(TensorMemory.Span<byte>(state));
        generator.set_state(state);
    }
}
