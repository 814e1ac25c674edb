namespace SpotArtifacts.Images.Tests;

public class ImageDecoderJpegTests
{
    private static readonly byte[][] s_quadrants = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]];

    [Theory]
    [InlineData("color.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("separate-scans.jpg")]
    [InlineData("cmyk.jpg")]
    [InlineData("adobe-cmyk.jpg")]
    [InlineData("adobe-ycck.jpg")]
    public void Decode_ColorSpace_GivesTheSameQuadrants(string file)
    {
        AssertQuadrants(ImageDecoder.Decode(TestImages.File(file), file));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Decode_ExifOrientation_SetsThePictureUpright(int orientation)
    {
        AssertQuadrants(ImageDecoder.Decode(TestImages.File($"orientation-{orientation}.jpg"), "turned"));
    }

    [Theory]
    [InlineData(1)] // BYTE
    [InlineData(4)] // LONG
    [InlineData(9)] // SLONG
    public void Decode_ExifOrientationOfAnotherWidth_SetsThePictureUpright(byte type)
    {
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            byte[] file = TestImages.File($"orientation-{orientation}.jpg");
            int entry = file.AsSpan().IndexOf("Exif\0\0"u8) + 16;
            bool big = file[entry - 10] == 'M';
            file.AsSpan(entry + 8, 4).Clear();
            (file[entry + (big ? 3 : 2)], file[entry + (big && type != 1 ? 11 : 8)]) = (type, (byte)orientation);
            AssertQuadrants(ImageDecoder.Decode(file, "turned"));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(255)]
    public void Decode_SenselessOrientation_IsIgnored(byte orientation)
    {
        byte[] file = TestImages.File("orientation-1.jpg");
        int tag = file.AsSpan().IndexOf("Exif\0\0II*\0"u8);
        file[tag + 24] = orientation;
        AssertQuadrants(ImageDecoder.Decode(file, "turned"));
    }

    [Theory]
    [InlineData(10)] // directory offset beyond the block
    [InlineData(14)] // number of entries larger than the block
    public void Decode_HostileExif_IsIgnored(int at)
    {
        byte[] file = TestImages.File("orientation-1.jpg");
        int tag = file.AsSpan().IndexOf("Exif\0\0II*\0"u8);
        file[tag + at] = 0xff;
        file[tag + at + 1] = 0xff;
        AssertQuadrants(ImageDecoder.Decode(file, "turned"));
    }

    [Theory]
    [InlineData("color.jpg", 2)]
    [InlineData("color.jpg", 8)]
    [InlineData("progressive.jpg", 2)]
    [InlineData("adobe-cmyk.jpg", 4)]
    [InlineData("orientation-6.jpg", 2)]
    public void Decode_TargetMuchSmaller_GivesTheSamePictureSmaller(string file, int denominator)
    {
        RgbImage full = ImageDecoder.Decode(TestImages.File(file), file);
        DecodeTarget target = new(Math.Min(full.Width, full.Height) / denominator, 1, 1);

        RgbImage small = ImageDecoder.Decode(TestImages.File(file), file, target: target);

        Assert.Equal(
            ((full.Width + denominator - 1) / denominator, (full.Height + denominator - 1) / denominator),
            (small.Width, small.Height));
        byte[] At(RgbImage image, double x, double y)
        {
            int pixel = 3 * ((int)(y * image.Height) * image.Width + (int)(x * image.Width));
            return image.Pixels[pixel..(pixel + 3)];
        }
        foreach ((double x, double y) in ((double, double)[])[(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)])
            foreach ((byte expected, byte actual) in At(full, x, y).Zip(At(small, x, y)))
                Assert.InRange(actual, expected - 12, expected + 12);
    }

    [Fact]
    public void Decode_ScaledDownAndTruncated_IsRefusedAsAtFullSize()
    {
        byte[] whole = TestImages.File("color.jpg");

        Assert.Throws<ImageFormatException>(
            () => ImageDecoder.Decode(whole.AsSpan(0, whole.Length / 2), "cut", target: new DecodeTarget(1, 1, 1)));
    }

    [Fact]
    public void Decode_Grey_GivesEqualChannels()
    {
        RgbImage image = ImageDecoder.Decode(TestImages.File("grey.jpg"), "grey.jpg");
        for (int i = 0; i < image.Pixels.Length; i += 3)
        {
            Assert.Equal(image.Pixels[i], image.Pixels[i + 1]);
            Assert.Equal(image.Pixels[i], image.Pixels[i + 2]);
        }
        Assert.InRange(image.Pixels[0], 70, 82);
    }

    [Fact]
    public void Decode_BytesBehindTheEnd_AreIgnored()
    {
        AssertQuadrants(ImageDecoder.Decode([.. TestImages.File("color.jpg"), 0, 1, 2, 3], "padded"));
    }

    public static TheoryData<string, int> Cuts()
    {
        TheoryData<string, int> cuts = [];
        foreach (string file in new[] { "color.jpg", "progressive.jpg", "adobe-ycck.jpg" })
            for (int percent = 1; percent < 100; percent += 7)
                cuts.Add(file, percent);
        return cuts;
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public void Decode_Truncated_Throws(string file, int percent)
    {
        byte[] whole = TestImages.File(file);
        byte[] cut = whole[..Math.Max(1, whole.Length * percent / 100)];
        Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(cut, file));
    }

    [Theory]
    [InlineData("color.jpg")]
    [InlineData("progressive.jpg")]
    public void Decode_EndMarkerMissing_Throws(string file)
    {
        byte[] whole = TestImages.File(file);
        ImageFormatException thrown = Assert.Throws<ImageFormatException>(
            () => ImageDecoder.Decode(whole.AsSpan(0, whole.Length - 2), file));
        Assert.Contains("cut off", thrown.Reason, StringComparison.Ordinal);
        Assert.Equal(file, thrown.Name);
    }

    [Fact]
    public void Decode_CorruptEntropyData_Throws()
    {
        byte[] file = TestImages.File("color.jpg");
        int scan = file.AsSpan().IndexOf([(byte)0xff, (byte)0xda]);
        for (int i = scan + 16; i < scan + 40; i += 2)
            (file[i], file[i + 1]) = (0xff, 0); // all ones: no Huffman code
        Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file, "corrupt"));
    }

    [Fact]
    public void Decode_HostileSize_ThrowsWithoutTakingMemory()
    {
        byte[] file = TestImages.File("color.jpg");
        int frame = file.AsSpan().IndexOf([(byte)0xff, (byte)0xc0]);
        new byte[] { 0xea, 0x60, 0xea, 0x60 }.CopyTo(file, frame + 5);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ImageFormatException thrown = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file, "huge"));
        Assert.Contains("60000 x 60000", thrown.Reason, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void Decode_EndlessScans_Throws()
    {
        byte[] file = TestImages.File("separate-scans.jpg");
        int scan = file.AsSpan().LastIndexOf([(byte)0xff, (byte)0xda]);
        byte[] last = file[scan..^2];
        byte[] bomb = [.. file[..^2], .. Enumerable.Repeat(last, 1000).SelectMany(bytes => bytes), 0xff, 0xd9];
        ImageFormatException thrown = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(bomb, "bomb"));
        Assert.Contains("more than 200 scans", thrown.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_DamageEverywhere_NeverCrashes()
    {
        byte[] whole = TestImages.File("progressive.jpg");
        SeededRandom random = new(7);
        for (int i = 0; i < 2000; i++)
        {
            byte[] file = [.. whole];
            for (int k = 0; k < 3; k++)
                file[random.NextInt(file.Length)] = (byte)random.NextInt(256);
            try
            {
                ImageDecoder.Decode(file, "damaged", 1_000_000);
            }
            catch (ImageFormatException)
            {
            }
        }
    }

    private static void AssertQuadrants(RgbImage image)
    {
        Assert.Equal((24, 16), (image.Width, image.Height));
        for (int quadrant = 0; quadrant < 4; quadrant++)
        {
            byte[] pixel = TestImages.PixelAt(image, quadrant % 2 * 12 + 5, quadrant / 2 * 8 + 3);
            for (int channel = 0; channel < 3; channel++)
                Assert.InRange(pixel[channel], s_quadrants[quadrant][channel] - 6, s_quadrants[quadrant][channel] + 6);
        }
    }
}
