using System.Buffers.Binary;
using System.Text;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

public class TensorBoardLogTests
{
    // RFC 3720 appendix B.4: CRC-32C of 32 zero bytes is 0x8A9136AA; masked as the record format asks.
    [Fact]
    public void MaskedChecksum_ZeroBytes_IsThePublishedOneRotatedAndShifted()
    {
        uint published = 0x8A9136AA;
        Assert.Equal(unchecked(((published >> 15) | (published << 17)) + 0xA282EAD8),
            TensorBoardLog.MaskedChecksum(new byte[32]));
    }

    [Fact]
    public void Write_TwoSteps_GivesRecordsWhoseLengthsAndChecksumsHold()
    {
        string folder = Directory.CreateTempSubdirectory("spot-tensorboard-").FullName;
        try
        {
            using (var log = new TensorBoardLog(folder, TimeProvider.System))
            {
                log.Write(1, [("loss", 0.5), ("absent", double.NaN)]);
                log.Write(2, [("loss", 0.25)]);
            }
            List<byte[]> payloads = Payloads(folder);
            Assert.Equal(3, payloads.Count);
            Assert.Contains("brain.Event:2", Encoding.Latin1.GetString(payloads[0]), StringComparison.Ordinal);
            Assert.Contains("loss", Encoding.Latin1.GetString(payloads[1]), StringComparison.Ordinal);
            Assert.DoesNotContain("absent", Encoding.Latin1.GetString(payloads[1]), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Write_AfterAResume_SaysWhereTheSessionStarts()
    {
        string folder = Directory.CreateTempSubdirectory("spot-tensorboard-").FullName;
        try
        {
            new TensorBoardLog(folder, TimeProvider.System, start: 299).Dispose();

            // Event { step = 300 (field 2), session_log (field 7) { status (field 1): START = 1 } } of tensorflow's event.proto.
            Assert.Equal([2 << 3, 0xAC, 0x02, (7 << 3) | 2, 2, 1 << 3, 1], Payloads(folder)[1][9..]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<byte[]> Payloads(string folder)
    {
        byte[] bytes = File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder, "events.out.tfevents.*")));
        List<byte[]> payloads = [];
        for (int at = 0; at < bytes.Length;)
        {
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
            Assert.Equal(TensorBoardLog.MaskedChecksum(bytes.AsSpan(at, 8)),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            payloads.Add(bytes[(at + 12)..(at + 12 + length)]);
            Assert.Equal(TensorBoardLog.MaskedChecksum(payloads[^1]),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            at += 12 + length + 4;
        }
        return payloads;
    }
}
