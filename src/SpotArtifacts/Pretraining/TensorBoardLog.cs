using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Google.Protobuf;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// Scalars as TensorBoard reads them: <c>events.out.tfevents.SECONDS.HOST</c>, records of length, masked CRC-32C of it, payload,
/// masked CRC-32C of that (tensorflow <c>core/lib/io/record_writer.cc</c>, <c>core/util/event.proto</c>).
/// </summary>
internal sealed class TensorBoardLog : IDisposable
{
    private readonly FileStream _stream;
    private readonly TimeProvider _clock;

    /// <summary>
    /// Starts a file in a folder. A resumed run adds another, and TensorBoard shows both as one: told where a session starts, it
    /// drops what an earlier one wrote from that step on.
    /// </summary>
    /// <param name="folder">Made where it is missing; one for each stage, since both count their steps from 1.</param>
    /// <param name="clock">Source of the file's name and the events' times.</param>
    /// <param name="start">Steps done before.</param>
    public TensorBoardLog(string folder, TimeProvider clock, long start = 0)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        Directory.CreateDirectory(folder);
        long seconds = clock.GetUtcNow().ToUnixTimeSeconds();
        string name = string.Create(CultureInfo.InvariantCulture,
            $"events.out.tfevents.{seconds}.{Environment.MachineName}.{Environment.ProcessId}");
        _stream = new FileStream(Path.Combine(folder, name), FileMode.Append, FileAccess.Write, FileShare.Read);
        WriteEvent(0, output =>
        {
            output.WriteTag(3, WireFormat.WireType.LengthDelimited);
            output.WriteString("brain.Event:2");
        });
        if (start > 0)
            WriteSessionStart(start + 1);
    }

    /// <summary>Writes named numbers of a step; what is not finite is left out.</summary>
    public void Write(long step, IEnumerable<(string Name, double Value)> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        byte[] summary = Bytes(output =>
        {
            foreach ((string name, double value) in values.Where(v => double.IsFinite(v.Value)))
            {
                output.WriteTag(1, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(Scalar(name, (float)value)));
            }
        });
        WriteEvent(step, output =>
        {
            output.WriteTag(5, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(summary));
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>
    /// CRC-32C, rotated right by 15 bits, plus a constant: a checksum of bytes that hold checksums must not be trivial.
    /// </summary>
    internal static uint MaskedChecksum(ReadOnlySpan<byte> data)
    {
        return unchecked(BitOperations.RotateRight(Crc32C.Append(0, data), 15) + 0xA282EAD8);
    }

    /// <summary>session_log { status: START }.</summary>
    private void WriteSessionStart(long step) => WriteEvent(step, output =>
    {
        output.WriteTag(7, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(1 << 3, 1));
    });

    private static byte[] Scalar(string tag, float value) => Bytes(output =>
    {
        output.WriteTag(1, WireFormat.WireType.LengthDelimited);
        output.WriteString(tag);
        output.WriteTag(2, WireFormat.WireType.Fixed32);
        output.WriteFloat(value);
    });

    private static byte[] Bytes(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true))
            write(output);
        return buffer.ToArray();
    }

    private void WriteEvent(long step, Action<CodedOutputStream> what)
    {
        byte[] payload = Bytes(output =>
        {
            output.WriteTag(1, WireFormat.WireType.Fixed64);
            output.WriteDouble(_clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
            output.WriteTag(2, WireFormat.WireType.Varint);
            output.WriteInt64(step);
            what(output);
        });
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(head, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], MaskedChecksum(head[..8]));
        Span<byte> tail = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(tail, MaskedChecksum(payload));
        _stream.Write([.. head, .. payload, .. tail]);
        _stream.Flush();
    }
}
