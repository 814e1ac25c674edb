using System.IO.Compression;
using System.Text;
using NetVips;
using SpotArtifacts.Images.Formats;
using SpotArtifacts.Images.Packing;
using SpotArtifacts.Images.Voc;

namespace SpotArtifacts.Images.Tests;

/// <summary>
/// Every parser of this project under <see cref="ParserFuzz"/>; a new one is a line in <see cref="s_targets"/>, one in Parse and
/// one in Seeds.
/// </summary>
public sealed class ParserFuzzTests : IDisposable
{
    private const long MaxPixels = 1_000_000;

    private static readonly string[] s_targets =
    [
        "jpeg", "jpeg-by-libvips", "png", "webp", "gif", "tiff", "avif", "bmp", "pnm",
        "tar", "tar.gz", "stl10", "cifar10", "cifar100", "list", "packed", "voc-xml", "voc-split", "voc-labels", "voc-mask",
    ];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Targets() => ParserFuzz.Pick(s_targets);

    [Theory]
    [MemberData(nameof(Targets))]
    public void Parse_MutatedFiles_AreAcceptedOrRefusedInOrder(string target) =>
        ParserFuzz.Run(target, Seeds(target), file => Parse(target, file), FuzzChecksums.Mending(target));

    public void Dispose() => _folder.Dispose();

    private void Parse(string target, byte[] file)
    {
        switch (target)
        {
            case "tar" or "tar.gz":
                ReadSet(file, ImageSourceFormat.Tar);
                break;
            case "stl10" or "cifar10" or "cifar100" or "list" or "packed":
                ReadSet(file, Enum.Parse<ImageSourceFormat>(target, ignoreCase: true));
                break;
            case "voc-xml":
                VocAnnotationFile.Parse(file, "input");
                break;
            case "voc-split":
                VocListFile.ParseSplit(file, "input");
                break;
            case "voc-labels":
                VocListFile.ParseLabels(file, "input");
                break;
            case "voc-mask":
                VocMaskFile.Parse(file, "input", MaxPixels);
                break;
            case "jpeg-by-libvips" when ImageDecoder.Recognize(file) == ImageFormat.Jpeg:
                JpegDecoder.Decode(file, "input", MaxPixels, default, turbo: false);
                break;
            default:
                ImageDecoder.Decode(file, "input", MaxPixels);
                break;
        }
    }

    private void ReadSet(byte[] file, ImageSourceFormat format)
    {
        using ImageSet set =
            ImageSet.Open([_folder.Write("input", file)], new ImageSetOptions { Format = format, MaxPixels = MaxPixels });
        for (int i = 0; i < Math.Min(set.Count, 4); i++)
        {
            set.Name(i);
            set.Label(i);
            if (format != ImageSourceFormat.List) // its paths would be opened
                set.Load(i);
        }
    }

    private byte[][] Seeds(string target) => target switch
    {
        "jpeg" or "jpeg-by-libvips" =>
            [.. PaddedJpegs(), .. Files("color.jpg", "progressive.jpg", "adobe-ycck.jpg", "orientation-6.jpg", "jpeg-420.jpg",
            "jpeg-restart.jpg", "jpeg-progressive-422.jpg", "jpeg-grey.jpg", "jpeg-rgb.jpg", "jpeg-arithmetic.jpg")],
        "png" => [Png(), PngWithText(), PngBuilder.Build(2, 1, 8, 3, [0, 0, 1], [1, 2, 3, 4, 5, 6], transparency: [0]),
            PngBuilder.Build(1, 1, 16, 2, [0, 1, 1, 2, 2, 3, 3])],
        "webp" => Files("lossless.webp", "lossy.webp", "alpha.webp", "orientation-6.webp", "animated.webp"),
        "gif" =>
        [EncodedImages.Gif(TestImages.Pattern(9, 7)),
        EncodedImages.MovingGif(TestImages.Pattern(5, 5), TestImages.Pattern(5, 5, 1))],
        "tiff" => TiffSeeds(),
        "avif" => [EncodedImages.Avif(TestImages.Pattern(9, 7)), EncodedImages.Avif(TestImages.Constant(16, 16, 1, 2, 3))],
        "bmp" => [BitmapBuilder.Build(2, 2, 24, new byte[16]), BitmapBuilder.Build(3, 1, 4, new byte[4], new byte[64]),
            BitmapBuilder.Build(2, -1, 16, new byte[4], [0, 0xF8, 0, 0, 0xE0, 7, 0, 0, 0x1F, 0, 0, 0], 3)],
        "pnm" => ["P6 2 2 255\nabcdefghijkl"u8.ToArray(), "P5\n# x\n3 1\n65535\nabcdef"u8.ToArray(),
            "P3\n# x\n2 1 255\n1 2 3 4 5 6"u8.ToArray(), "P2 3 1 65535 0 700 65535\n"u8.ToArray()],
        "tar" => [Tar(), new TarBuilder().Add(new string('x', 60), Png(), 'L').Add("s.png", Png()).Build(), LinkedTar(),
            [.. Tar(), .. LinkedTar(), .. new byte[1024]],
            .. Files("sparse-gnu.tar.gz", "sparse-pax-0.0.tar.gz", "sparse-pax-0.1.tar.gz", "sparse-pax-1.0.tar.gz")
                .Select(Gunzip)],
        "tar.gz" => [Gzip(Tar())],
        "stl10" => [new byte[27_648], new byte[2 * 27_648]],
        "cifar10" => [new byte[3_073], new byte[2 * 3_073]],
        "cifar100" => [new byte[3_074], new byte[2 * 3_074]],
        "list" => ["a.png\nb/c.jpg\t3\n# remark\n\n/abs/d.png\tcat\n"u8.ToArray()],
        "packed" => [Packed()],
        "voc-xml" => [Encoding.UTF8.GetBytes(Annotation()),
            "<!DOCTYPE a [<!ENTITY e SYSTEM 'x'>]><annotation>&e;&#65;<![CDATA[x]]><!-- c --><?p i?></annotation>"u8.ToArray()],
        "voc-split" => ["000001\n000002\r\n2007_000032\n"u8.ToArray()],
        "voc-labels" => ["000001 -1\n000002  0\r\n2007_000032  1\n"u8.ToArray()],
        "voc-mask" => [VocDevkitBuilder.Mask(5, 4, [.. Enumerable.Range(0, 20).Select(i => (byte)(i == 7 ? 255 : i))]),
            PngBuilder.Build(3, 1, 4, 3, [0, 0x1f, 0x70], new byte[48]), PngBuilder.Build(2, 1, 8, 0, [0, 20, 255])],
        _ => throw new ArgumentException($"{target} has no seeds"),
    };

    private static IEnumerable<byte[]> PaddedJpegs()
    {
        foreach (byte[] file in Files("jpeg-420.jpg", "progressive.jpg"))
        {
            int tables = file.AsSpan().IndexOf([(byte)0xff, (byte)0xdb]);
            yield return [.. file[..tables], 0, 0, .. file[tables..^2], .. new byte[40], 0xff, 0xd9];
        }
    }

    private static byte[][] Files(params string[] names) => [.. names.Select(TestImages.File)];

    private static byte[][] TiffSeeds()
    {
        RgbImage picture = TestImages.Pattern(20, 20);
        using Image tiled = EncodedImages.Of(picture);
        return
        [
            EncodedImages.Tiff(picture), EncodedImages.Tiff(picture, Enums.ForeignTiffCompression.Lzw),
            EncodedImages.Tiff(picture, Enums.ForeignTiffCompression.Deflate),
            EncodedImages.Tiff(picture, Enums.ForeignTiffCompression.Jpeg),
            tiled.TiffsaveBuffer(tile: true, tileWidth: 16, tileHeight: 16), tiled.TiffsaveBuffer(bigtiff: true),
        ];
    }

    private static byte[] Png() => PngFile.Encode(TestImages.Pattern(6, 5));

    private static byte[] PngWithText()
    {
        using MemoryStream file = new();
        byte[] plain = Png();
        file.Write(plain.AsSpan(0, 33)); // signature and IHDR
        PngBuilder.WriteChunk(file, "tEXt", "Software\0spot"u8.ToArray());
        file.Write(plain.AsSpan(33));
        return file.ToArray();
    }

    private static byte[] Tar() => new TarBuilder()
        .Add("a.png", Png()).Add("a.cls", "3").Add("b.ppm", "P6 1 1 255\nabc").Add("b.json", "{\"label\": 4}")
        .AddPax("path", "long/" + new string('n', 120)).Add("c.png", Png()).Build();

    private static byte[] LinkedTar() => new TarBuilder()
        .Add("22.05.png", Png()).Add("22.seg.png", Png()).Add("22.cls", "cat").Add("h.png", [], '1', link: "22.05.png")
        .Add("s.png", [], '2', link: "./h.png").Add("p.png", Png(), 'S').Add("n", Png()).Add("n.json", "{\"class_name\":\"a\"}")
        .Build();

    private static string Annotation() => VocDevkitBuilder.Annotation("000001", 50, 40,
        [new VocObject(3, new VocBox(1, 2, 30, 40), true, false), new VocObject(19, new VocBox(5, 5, 5, 6.5), false, true)]);

    private byte[] Packed()
    {
        for (int i = 0; i < 3; i++)
            _folder.WriteImage($"images/{(i % 2 == 0 ? "cat" : "dog")}/{i}.png", i);
        using ImageSet set = ImageSet.Open([_folder.At("images")]);
        PackedPixels.Write(set, _folder.At("packed"), 4, threads: 1, cancellation: TestContext.Current.CancellationToken);
        return File.ReadAllBytes(_folder.At("packed"));
    }

    private static byte[] Gunzip(byte[] packed)
    {
        using MemoryStream content = new();
        using (GZipStream gzip = new(new MemoryStream(packed), CompressionMode.Decompress))
            gzip.CopyTo(content);
        return content.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }
}
