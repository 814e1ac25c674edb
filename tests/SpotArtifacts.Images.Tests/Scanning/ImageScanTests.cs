using SpotArtifacts.Images.Scanning;

namespace SpotArtifacts.Images.Tests.Scanning;

public sealed class ImageScanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Run_FolderOfMixedFiles_CountsAndNamesEach()
    {
        _folder.Write("a.jpg", TestImages.File("color.jpg"));
        _folder.Write("b.jpg", TestImages.File("color.jpg"));
        _folder.Write("c.jpg", TestImages.File("grey.jpg"));
        _folder.Write("d.jpg", TestImages.File("adobe-cmyk.jpg"));
        _folder.Write("e.jpg", TestImages.File("progressive.jpg")[..200]);
        _folder.WriteImage("f.png");
        _folder.Write("g.webp", TestImages.File("lossless.webp"));

        ImageScanReport report = Scan();

        Assert.Equal((7, 0, 0), (report.Images, report.Labelled, report.Classes));
        Assert.Equal(_folder.At("e.jpg"), Assert.Single(report.Damaged).Name);
        Assert.Equal(new SkippedImage(_folder.At("f.png"), "tiny: 4 x 4 pixels"), Assert.Single(report.Tiny));
        Assert.Equal([_folder.At("a.jpg"), _folder.At("b.jpg")], Assert.Single(report.ExactDuplicates));
        Assert.Equal(
            new Dictionary<string, int> { ["JPEG RGB"] = 2, ["JPEG CMYK"] = 1, ["JPEG grey"] = 1, ["PNG RGB"] = 1, ["WebP"] = 1 },
            report.Stored);
        Assert.Equal(new LengthRange(4, 24, 32), report.Widths);
    }

    [Fact]
    public void Run_NothingGood_HasNoSizes()
    {
        _folder.Write("a.jpg", [1, 2, 3]);
        ImageScanReport report = Scan();
        Assert.Null(report.Widths);
        Assert.Single(report.Damaged);
    }

    [Fact]
    public void Run_BrighterAndSmallerCopies_AreNearDuplicatesAndOthersAreNot()
    {
        for (int i = 0; i < 40; i++)
            _folder.Write($"{i:D2}.png", PngFile.Encode(Scene(i, 64, 0)));
        _folder.Write("copy-brighter.png", PngFile.Encode(Scene(7, 64, 3)));
        _folder.Write("copy-smaller.png", PngFile.Encode(Scene(7, 48, 0)));

        ImageScanReport report = Scan();

        Assert.Empty(report.ExactDuplicates);
        Assert.Equal(
            ["07.png", "copy-brighter.png", "copy-smaller.png"], Assert.Single(report.NearDuplicates).Select(Path.GetFileName));
    }

    [Fact]
    public void Near_BlankImagesByTheThousand_AreOneGroup()
    {
        PerceptualHash?[] hashes =
            [.. Enumerable.Repeat<PerceptualHash?>(PerceptualHash.Of(TestImages.Constant(8, 8, 9, 9, 9)), 5000)];
        Assert.Equal(5000, Assert.Single(DuplicateSearch.Near(hashes, TestContext.Current.CancellationToken)).Length);
    }

    /// <summary>Every pair within the distance is found, whichever signs differ.</summary>
    [Fact]
    public void Near_AnyFewSignsFlipped_AreFound()
    {
        SeededRandom random = new(5);
        byte[] thumbnail = new byte[48];
        for (int trial = 0; trial < 2000; trial++)
        {
            ulong signs = random.NextUInt64(), flipped = signs;
            for (int k = 0; k < DuplicateSearch.MaxDistance; k++)
                flipped ^= 1UL << random.NextInt(64);
            PerceptualHash?[] hashes = [new(signs, thumbnail), new(~signs, thumbnail), new(flipped, thumbnail)];
            Assert.Equal([0, 2], Assert.Single(DuplicateSearch.Near(hashes, TestContext.Current.CancellationToken)));
        }
    }

    [Fact]
    public void Open_WithQuarantine_LeavesTheListedImagesOut()
    {
        for (int i = 0; i < 10; i++)
            _folder.WriteImage(i % 2 == 0 ? $"cat/{i}.png" : $"dog/{i}.png", i);
        string list = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Quarantine.Write(
            list, [new SkippedImage(_folder.At("cat/0.png"), "tiny"), new SkippedImage(_folder.At("cat/8.png"), "a\tb\nc"),
            new SkippedImage(_folder.At("dog/3.png"), "")]);
        try
        {
            using ImageSet all = ImageSet.Open([_folder.Path]),
                set = ImageSet.Open([_folder.Path], new ImageSetOptions { QuarantineList = list });

            Assert.Equal((7, 3), (set.Count, set.ExcludedCount));
            string[] expected = ["cat/2.png", "cat/4.png", "cat/6.png", "dog/1.png", "dog/5.png", "dog/7.png", "dog/9.png"];
            Assert.Equal(expected, Enumerable.Range(0, 7).Select(i => Path.GetRelativePath(_folder.Path, set.Name(i))));
            Assert.Equal([0, 0, 0, 1, 1, 1, 1], Enumerable.Range(0, 7).Select(set.Label));
            Assert.Equal([7], set.SourceCounts);
            Assert.Equal(all.Load(1).Pixels, set.Load(0).Pixels);
            Assert.Throws<ArgumentOutOfRangeException>(() => set.Load(7));
        }
        finally
        {
            File.Delete(list);
        }
    }

    [Fact]
    public void Open_QuarantineThatIsNotThere_NamesIt() => Assert.Contains("gone.txt", Assert.Throws<ImageSetException>(
        () => ImageSet.Open([_folder.WriteImage("a.png")], new ImageSetOptions { QuarantineList = "gone.txt" })).Message,
        StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private ImageScanReport Scan()
    {
        using ImageSet set = ImageSet.Open([_folder.Path]);
        return ImageScan.Run(set, cancellation: TestContext.Current.CancellationToken);
    }

    /// <summary>A few soft blobs, different for each seed.</summary>
    private static RgbImage Scene(int seed, int size, int brighter)
    {
        SeededRandom random = new((ulong)seed);
        (double X, double Y, double R, double[] Color)[] blobs = [.. Enumerable.Range(0, 6).Select(_ =>
            (random.NextDouble(), random.NextDouble(), random.NextDouble(0.1, 0.4),
            new[] { random.NextDouble(-90, 90), random.NextDouble(-90, 90), random.NextDouble(-90, 90) }))];
        RgbImage image = new(size, size);
        for (int y = 0; y < size; y++)
            for (int x = 0; x < size; x++)
                for (int channel = 0; channel < 3; channel++)
                {
                    double value = 128 + brighter;
                    foreach ((double bx, double by, double r, double[] color) in blobs)
                        value += color[channel] * Math.Exp(
                            -(Math.Pow((x + 0.5) / size - bx, 2) + Math.Pow((y + 0.5) / size - by, 2)) / (r * r));
                    image.Pixels[3 * (y * size + x) + channel] = (byte)Math.Clamp(value, 0, 255);
                }
        return image;
    }
}
