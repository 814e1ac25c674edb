using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Images.Packing;
using SpotArtifacts.Images.Voc;
using SpotArtifacts.Transfer.Tests.Voc.Proposals;
using SpotArtifacts.Transfer.Voc.Proposals;

namespace SpotArtifacts.Transfer.Tests;

/// <summary>
/// Mutated files against every parser: each is either accepted or refused with a documented exception, in time and in bounded memory.
/// A few thousand inputs here; many more with SPOT_FUZZ_INPUTS=N (for each target) and another SPOT_FUZZ_SEED.
/// </summary>
public sealed class ParserFuzzTests : IDisposable
{
    private const long MaxAllocation = 64L << 20;
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(5);
    private readonly TemporaryFolder _folder = new();

    private static readonly string[] s_targets = ["jpeg", "png", "webp", "bmp", "pnm", "tar", "tar.gz", "stl10", "cifar10", "cifar100", "list", "packed",
        "voc-xml", "voc-split", "voc-labels", "voc-mask", "voc-mat", "voc-json"];

    /// <summary>All, or those that SPOT_FUZZ_TARGETS names with commas between.</summary>
    public static TheoryData<string> Targets() =>
        [.. Environment.GetEnvironmentVariable("SPOT_FUZZ_TARGETS") is { } named ? s_targets.Where(named.Split(',').Contains) : s_targets];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Parse_MutatedFiles_AreAcceptedOrRefusedInOrder(string target)
    {
        int inputs = int.Parse(Environment.GetEnvironmentVariable("SPOT_FUZZ_INPUTS") ?? "300", CultureInfo.InvariantCulture);
        SeededRandom random = new(ulong.Parse(Environment.GetEnvironmentVariable("SPOT_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture));
        byte[][] seeds = Seeds(target);
        int accepted = 0, refused = 0;
        for (int i = 0; i < inputs; i++)
        {
            byte[] file = FuzzMutator.Mutate(seeds[random.NextInt(seeds.Length)], seeds[random.NextInt(seeds.Length)], ref random);
            if (random.NextBool())
                Mend(target, file); // past the checksums, to what lies behind them
            if (Parse(target, file))
                accepted++;
            else
                refused++;
        }
        TestContext.Current.SendDiagnosticMessage($"fuzz {target}: {inputs} inputs, {accepted} accepted, {refused} refused");
        Assert.True(refused > 0);
    }

    public void Dispose() => _folder.Dispose();

    private bool Parse(string target, byte[] file)
    {
        long start = Stopwatch.GetTimestamp(), allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            if (FormatOf(target) is { } format)
                ReadSet(_folder.Write("input", file), format);
            else if (target.StartsWith("voc-", StringComparison.Ordinal))
                ReadVoc(target, file);
            else
                ImageDecoder.Decode(file, "input", maxPixels: 1_000_000);
            return true;
        }
        catch (Exception refusal) when (refusal is ImageFormatException or SpotException)
        {
            return false;
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{target}: {failure.GetType().Name} ({failure.Message}) on {Save(target, file)}", failure);
        }
        finally
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < MaxTime, $"{target}: too slow");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < MaxAllocation, $"{target}: {GC.GetAllocatedBytesForCurrentThread() - allocated} bytes");
        }
    }

    private static void ReadSet(string path, ImageSourceFormat format)
    {
        using ImageSet set = ImageSet.Open([path], new ImageSetOptions { Format = format, MaxPixels = 1_000_000 });
        for (int i = 0; i < Math.Min(set.Count, 4); i++)
        {
            set.Name(i);
            set.Label(i);
            if (format != ImageSourceFormat.List) // its paths would be opened
                set.Load(i);
        }
    }

    private static void ReadVoc(string target, byte[] file)
    {
        if (target == "voc-xml")
            VocAnnotationFile.Parse(file, "input");
        else if (target == "voc-split")
            VocListFile.ParseSplit(file, "input");
        else if (target == "voc-labels")
            VocListFile.ParseLabels(file, "input");
        else if (target == "voc-mask")
            VocMaskFile.Parse(file, "input", maxPixels: 1_000_000);
        else if (target == "voc-mat")
            ProposalFile.FromMat(file, "input", ["000001", "000002"]);
        else
            ProposalFile.FromJson(file, "input", ["000001", "000002"]);
    }

    private static string Save(string target, byte[] file)
    {
        string path = Path.Combine(Path.GetTempPath(), $"spot-fuzz-{target}-{Crc32C.Append(0, file):x8}");
        File.WriteAllBytes(path, file);
        return path;
    }

    private static ImageSourceFormat? FormatOf(string target) => target switch
    {
        "tar" or "tar.gz" => ImageSourceFormat.Tar,
        "stl10" => ImageSourceFormat.Stl10,
        "cifar10" => ImageSourceFormat.Cifar10,
        "cifar100" => ImageSourceFormat.Cifar100,
        "list" => ImageSourceFormat.List,
        "packed" => ImageSourceFormat.Packed,
        _ => null,
    };

    private byte[][] Seeds(string target)
    {
        byte[] png = PngFile.Encode(TestImages.Pattern(6, 5));
        byte[] tar = new TarBuilder().Add("a.png", png).Add("a.cls", "3").Add("b.ppm", "P6 1 1 255\nabc").Add("b.json", "{\"label\": 4}").AddPax("path", "long/" + new string('n', 120)).Add("c.png", png).Build();
        return target switch
        {
            "jpeg" => [TestImages.File("color.jpg"), TestImages.File("progressive.jpg"), TestImages.File("adobe-ycck.jpg"), TestImages.File("orientation-6.jpg")],
            "png" => [png, PngBuilder.Build(2, 1, 8, 3, [0, 0, 1], [1, 2, 3, 4, 5, 6], transparency: [0]), PngBuilder.Build(1, 1, 16, 2, [0, 1, 1, 2, 2, 3, 3])],
            "webp" => [TestImages.File("lossless.webp"), TestImages.File("lossy.webp"), TestImages.File("alpha.webp"), TestImages.File("orientation-6.webp")],
            "bmp" => [BitmapBuilder.Build(2, 2, 24, new byte[16]), BitmapBuilder.Build(3, 1, 4, new byte[4], new byte[64]), BitmapBuilder.Build(2, -1, 16, new byte[4], [0, 0xF8, 0, 0, 0xE0, 7, 0, 0, 0x1F, 0, 0, 0], 3)],
            "pnm" => ["P6 2 2 255\nabcdefghijkl"u8.ToArray(), "P5\n# x\n3 1\n65535\nabcdef"u8.ToArray()],
            "tar" => [tar, new TarBuilder().Add(new string('x', 60), png, 'L').Add("s.png", png).Build()],
            "tar.gz" => [Gzip(tar)],
            "stl10" => [new byte[27_648], new byte[2 * 27_648]],
            "cifar10" => [new byte[3_073], new byte[2 * 3_073]],
            "cifar100" => [new byte[3_074], new byte[2 * 3_074]],
            "list" => ["a.png\nb/c.jpg\t3\n# remark\n\n/abs/d.png\tcat\n"u8.ToArray()],
            "voc-xml" => [System.Text.Encoding.UTF8.GetBytes(VocDevkitBuilder.Annotation("000001", 50, 40, [new VocObject(3, new VocBox(1, 2, 30, 40), true, false), new VocObject(19, new VocBox(5, 5, 5, 6.5), false, true)])),
                "<!DOCTYPE a [<!ENTITY e SYSTEM 'x'>]><annotation>&e;&#65;<![CDATA[x]]><!-- c --><?p i?></annotation>"u8.ToArray()],
            "voc-split" => ["000001\n000002\r\n2007_000032\n"u8.ToArray()],
            "voc-labels" => ["000001 -1\n000002  0\r\n2007_000032  1\n"u8.ToArray()],
            "voc-mask" => [VocDevkitBuilder.Mask(5, 4, [.. Enumerable.Range(0, 20).Select(i => (byte)(i == 7 ? 255 : i))]), PngBuilder.Build(3, 1, 4, 3, [0, 0x1f, 0x70], new byte[48]), PngBuilder.Build(2, 1, 8, 0, [0, 20, 255])],
            "voc-mat" => [new MatBuilder().Add(Boxes()).Build(), new MatBuilder().AddCompressed(Boxes()).Build(),
                new MatBuilder().Add(MatBuilder.Cell("images", MatBuilder.Text("", "000002"), MatBuilder.Text("", "000001"))).Add(Boxes()).Build()],
            "voc-json" => ["{\"000001\": [[0, 1, 9, 19], [5, 4, 7, 6]], \"000002\": []}"u8.ToArray()],
            _ => [Packed()],
        };
    }

    private static byte[] Boxes() => MatBuilder.Cell("boxes", MatBuilder.Numbers("", 2, 4, [2, 5, 1, 6, 20, 7, 10, 8], 4), MatBuilder.Numbers("", 1, 4, [1, 1, 9, 9]));

    private byte[] Packed()
    {
        for (int i = 0; i < 3; i++)
            _folder.WriteImage($"images/{(i % 2 == 0 ? "cat" : "dog")}/{i}.png", i);
        using ImageSet set = ImageSet.Open([_folder.At("images")]);
        PackedPixels.Write(set, _folder.At("packed"), 4, threads: 1, cancellation: TestContext.Current.CancellationToken);
        return File.ReadAllBytes(_folder.At("packed"));
    }

    private static byte[] Gzip(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }

    /// <summary>Makes the checksums of a damaged file agree with it again.</summary>
    private static void Mend(string target, byte[] file)
    {
        if (target == "tar")
            for (int at = 0; at + 512 <= file.Length; at += 512)
                MendTarHeader(file.AsSpan(at, 512));
        else if (target == "packed" && file.Length >= 64)
        {
            ulong tables = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(24));
            if (tables <= (ulong)file.Length)
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(48), Crc32C.Append(0, file.AsSpan((int)tables)));
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(60), Crc32C.Append(0, file.AsSpan(0, 60)));
        }
        else if (target is "png" or "voc-mask")
            MendPng(file);
    }

    private static void MendTarHeader(Span<byte> header)
    {
        if (!header.Slice(257, 5).SequenceEqual("ustar"u8))
            return;
        header.Slice(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte value in header)
            sum += value;
        System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0", header[148..]);
    }

    private static void MendPng(byte[] file)
    {
        for (long at = 8; at + 12 <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)at));
            if (at + 12 + length > file.Length)
                return;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan((int)(at + 8 + length)), PngBuilder.Crc(file.AsSpan((int)at + 4, (int)length + 4)));
            at += 12 + length;
        }
    }
}
