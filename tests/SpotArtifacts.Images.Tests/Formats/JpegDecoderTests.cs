using SpotArtifacts.Images.Formats;

namespace SpotArtifacts.Images.Tests.Formats;

// libjpeg-turbo (where it is installed) beside libvips: what is installed must change the speed and nothing else.
public class JpegDecoderTests
{
    private static readonly string[] s_common =
        ["jpeg-420.jpg", "jpeg-422.jpg", "jpeg-444.jpg", "jpeg-grey.jpg", "jpeg-restart.jpg",
        "jpeg-progressive-420.jpg", "jpeg-progressive-422.jpg", "jpeg-progressive-grey.jpg", "color.jpg", "grey.jpg",
        "progressive.jpg", "separate-scans.jpg"];

    private static readonly string[] s_odd =
        ["jpeg-411.jpg", "jpeg-440.jpg", "jpeg-rgb.jpg", "jpeg-arithmetic.jpg", "cmyk.jpg", "adobe-cmyk.jpg", "adobe-ycck.jpg"];

    public static TheoryData<string, int> EveryKind()
    {
        TheoryData<string, int> cases = [];
        foreach (string file in s_common.Concat(s_odd).Concat(Enumerable.Range(1, 8).Select(i => $"orientation-{i}.jpg")))
            foreach (int denominator in (int[])[1, 2, 4, 8])
                cases.Add(file, denominator);
        return cases;
    }

    [Theory]
    [MemberData(nameof(EveryKind))]
    public void Decode_EveryKindAtEveryScale_IsTheSameByBoth(string file, int denominator)
    {
        Assert.SkipUnless(TurboJpegLibrary.IsLoaded, "libjpeg-turbo is not installed");
        DecodeTarget target = denominator == 1 ? default : new DecodeTarget(16 / denominator, 1, 1);

        (string? refusal, RgbImage? turbo) = Try(TestImages.File(file), target, turbo: true);
        (_, RgbImage? vips) = Try(TestImages.File(file), target, turbo: false);

        Assert.Null(refusal);
        Assert.Equal((turbo!.Width, turbo.Height), (vips!.Width, vips.Height));
        Assert.Equal(turbo.Pixels, vips.Pixels);
    }

    /// <summary>Sides as libjpeg rounds them: up.</summary>
    [Theory]
    [InlineData(2, 17, 9)]
    [InlineData(4, 9, 5)]
    [InlineData(8, 5, 3)]
    public void Decode_ScaledByLibVips_RoundsSidesUp(int denominator, int width, int height)
    {
        RgbImage image = Decode(TestImages.File("jpeg-420.jpg"), new DecodeTarget(16 / denominator, 1, 1), turbo: false);
        Assert.Equal((width, height), (image.Width, image.Height));
    }

    [Fact]
    public void Reads_OddKinds_IsFalse()
    {
        Assert.All(s_odd, file => Assert.False(TurboJpeg.Reads(JpegHeader.Read(TestImages.File(file), file), 1), file));
        Assert.All(s_common, file => Assert.True(TurboJpeg.Reads(JpegHeader.Read(TestImages.File(file), file), 1), file));
    }

    [Theory]
    [InlineData("jpeg-420.jpg")]
    [InlineData("jpeg-444.jpg")]
    [InlineData("jpeg-grey.jpg")]
    [InlineData("jpeg-restart.jpg")]
    [InlineData("jpeg-progressive-420.jpg")]
    public void Decode_DamagedScan_IsRefusedByBothOrGivesTheSame(string file)
    {
        Assert.SkipUnless(TurboJpegLibrary.IsLoaded, "libjpeg-turbo is not installed");
        byte[] whole = TestImages.File(file);
        int scan = JpegHeader.Read(whole, file).FirstScan + 14, refused = 0;
        SeededRandom random = new(5);
        for (int i = 0; i < 200; i++)
        {
            byte[] damaged = [.. whole];
            damaged[scan + random.NextInt(whole.Length - scan - 2)] ^= (byte)(1 << random.NextInt(8));
            (string? turboRefusal, RgbImage? turbo) = Try(damaged, default, turbo: true);
            (string? vipsRefusal, RgbImage? vips) = Try(damaged, default, turbo: false);
            // The libjpeg inside libvips is stricter about tables that a damaged scan header names.
            if (turboRefusal is null && vipsRefusal?.Contains("table", StringComparison.Ordinal) == true)
                continue;
            Assert.Equal(turboRefusal is null, vipsRefusal is null);
            Assert.Equal(turbo?.Pixels, vips?.Pixels);
            refused += turbo is null ? 1 : 0;
        }
        Assert.True(refused > 20);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Decode_BytesLeftOverBeforeTheEnd_Throws(bool turbo)
    {
        Assert.SkipWhen(turbo && !TurboJpegLibrary.IsLoaded, "libjpeg-turbo is not installed");
        byte[] whole = TestImages.File("jpeg-420.jpg");
        byte[] longer = [.. whole[..^2], .. "a decoder holds eight of these"u8, 0xff, 0xd9];
        Assert.Contains("extraneous bytes", Try(longer, default, turbo).Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Decode_SenselessVersionOfJfif_ChangesNothing(bool turbo)
    {
        Assert.SkipWhen(turbo && !TurboJpegLibrary.IsLoaded, "libjpeg-turbo is not installed");
        byte[] file = TestImages.File("jpeg-420.jpg");
        RgbImage expected = Decode(file, default, turbo);
        file[file.AsSpan().IndexOf("JFIF\0"u8) + 5] = 7;
        Assert.Equal(expected.Pixels, Decode(file, default, turbo).Pixels);
    }

    [Fact]
    public void Decode_SizesAtTheCodecsLimit_AreNotRoundedBeyondIt()
    {
        byte[] file = TestImages.File("jpeg-420.jpg");
        int frame = file.AsSpan().IndexOf([(byte)0xff, (byte)0xc0]);
        (file[frame + 7], file[frame + 8]) = (65_499 >> 8, 65_499 & 255);
        ImageFormatException thrown =
            Assert.Throws<ImageFormatException>(() => Decode(file, new DecodeTarget(2, 1, 1), turbo: false));
        Assert.DoesNotContain("65500", thrown.Reason, StringComparison.Ordinal); // cut off, and nothing else
    }

    [Theory]
    [InlineData(0xc3, 8, "SOF3")]
    [InlineData(0xc0, 12, "12 bits")]
    public void Decode_KindThatIsNotRead_SaysWhich(byte frame, byte bits, string expected)
    {
        byte[] file = TestImages.File("jpeg-420.jpg");
        int at = file.AsSpan().IndexOf([(byte)0xff, (byte)0xc0]);
        (file[at + 1], file[at + 4]) = (frame, bits);
        Assert.Contains(expected, Try(file, default, turbo: false).Refusal, StringComparison.Ordinal);
    }

    private static RgbImage Decode(byte[] file, DecodeTarget target, bool turbo) =>
        JpegDecoder.Decode(file, "input", 1_000_000_000, target, turbo);

    private static (string? Refusal, RgbImage? Image) Try(byte[] file, DecodeTarget target, bool turbo)
    {
        try
        {
            return (null, Decode(file, target, turbo));
        }
        catch (ImageFormatException refusal)
        {
            return (refusal.Reason, null);
        }
    }
}
