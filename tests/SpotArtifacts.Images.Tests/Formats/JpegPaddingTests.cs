using SpotArtifacts.Images.Formats;

namespace SpotArtifacts.Images.Tests.Formats;

// By both codecs: what is padding must not depend on which is installed.
public class JpegPaddingTests
{
    private static readonly byte[][] s_odd =
        [[0, 0, 0], [1, 63, 0], [0, 62, 0], [0, 64, 0], [0, 63, 0x10], [0, 63, 0x01], [255, 255, 255]];

    private static readonly string[] s_files =
        ["jpeg-420.jpg", "jpeg-grey.jpg", "jpeg-restart.jpg", "jpeg-progressive-420.jpg", "separate-scans.jpg", "jpeg-rgb.jpg",
        "jpeg-arithmetic.jpg", "adobe-ycck.jpg"];

    public static TheoryData<string, bool> Files()
    {
        TheoryData<string, bool> files = [];
        foreach (string file in s_files)
            foreach (bool turbo in (bool[])[true, false])
                files.Add(file, turbo);
        return files;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Decode_PaddingBeforeAnyMarker_ChangesNoPixel(string file, bool turbo)
    {
        Assert.SkipWhen(turbo && !TurboJpegLibrary.IsLoaded, "libjpeg-turbo is not installed");
        byte[] whole = TestImages.File(file);
        RgbImage expected = Decode(whole, turbo);
        int[] places = [.. Markers(whole).Skip(1)];
        Assert.True(places.Length > 4);
        foreach (int at in places)
            foreach (byte[] padding in (byte[][])[[0xff], [0xff, 0xff], [0], new byte[2], new byte[256], [0x20, 0x20, 0xff]])
                Assert.Equal(expected.Pixels, Decode([.. whole[..at], .. padding, .. whole[at..]], turbo).Pixels);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Decode_PaddingBeforeEveryMarker_ChangesNoPixel(string file, bool turbo)
    {
        Assert.SkipWhen(turbo && !TurboJpegLibrary.IsLoaded, "libjpeg-turbo is not installed");
        byte[] whole = TestImages.File(file);
        byte[] padded = whole;
        foreach (int at in Markers(whole).Skip(1).Reverse())
            padded = [.. padded[..at], .. new byte[40], 0xff, .. padded[at..]];
        Assert.Equal(Decode(whole, turbo).Pixels, Decode(padded, turbo).Pixels);
    }

    [Theory]
    [InlineData("jpeg-420.jpg", true)]
    [InlineData("jpeg-420.jpg", false)]
    [InlineData("jpeg-progressive-420.jpg", true)]
    [InlineData("jpeg-progressive-420.jpg", false)]
    public void Decode_BytesLeftOverThatAreNoPadding_Throws(string file, bool turbo)
    {
        Assert.SkipWhen(turbo && !TurboJpegLibrary.IsLoaded, "libjpeg-turbo is not installed");
        byte[] whole = TestImages.File(file);
        Assert.Throws<ImageFormatException>(
            () => Decode([.. whole[..^2], .. "a decoder holds eight of these"u8, 0xff, 0xd9], turbo));
    }

    [Theory]
    [InlineData("jpeg-420.jpg")]
    [InlineData("jpeg-grey.jpg")]
    [InlineData("separate-scans.jpg")]
    [InlineData("jpeg-arithmetic.jpg")]
    [InlineData("jpeg-411.jpg")]
    public void Decode_SequentialScanWithOddCoefficients_ChangesNoPixel(string file)
    {
        byte[] whole = TestImages.File(file);
        foreach (bool turbo in TurboJpegLibrary.IsLoaded ? (bool[])[true, false] : [false])
            foreach (byte[] odd in s_odd)
            {
                byte[] changed = [.. whole];
                foreach (int at in Markers(whole).Where(at => whole[at + 1] == 0xda))
                    odd.CopyTo(changed, at + 2 + (whole[at + 2] << 8 | whole[at + 3]) - 3);
                Assert.Equal(Decode(whole, turbo).Pixels, Decode(changed, turbo).Pixels);
            }
    }

    [Fact]
    public void Decode_ProgressiveScanWithOddCoefficients_IsRefused()
    {
        byte[] whole = TestImages.File("jpeg-progressive-420.jpg");
        int scan = Markers(whole).First(at => whole[at + 1] == 0xda);
        whole[scan + 2 + (whole[scan + 2] << 8 | whole[scan + 3]) - 1] ^= 0x33;
        Assert.Throws<ImageFormatException>(() => Decode(whole, turbo: false));
    }

    [Theory]
    [InlineData("40 extraneous bytes before marker 0xd9", true)]
    [InlineData("3 extraneous bytes before marker 0xd9", true)]
    [InlineData("41 extraneous bytes before marker 0xd9", false)]
    [InlineData("40 extraneous bytes before marker 0xda", false)]
    [InlineData("99999999999 extraneous bytes before marker 0xd9", false)]
    [InlineData("premature end of data segment", false)]
    public void Find_WhatTheDecoderComplainsOf_IsFoundWhereItIsPadding(string reason, bool expected)
    {
        byte[] whole = TestImages.File("jpeg-420.jpg");
        whole[^3] = 1; // no part of the padding
        byte[] padded = [.. whole[..^2], .. new byte[40], 0xff, 0xff, 0xd9];
        int scan = JpegHeader.Read(whole, "input").FirstScan;
        (int Begin, int End)? found = JpegPadding.Find(padded, scan, scan, reason, "input");
        Assert.Equal(expected ? padded.Length - 3 : null, found?.End);
    }

    private static RgbImage Decode(byte[] file, bool turbo) => JpegDecoder.Decode(file, "input", 1_000_000, default, turbo);

    /// <summary>Places of all markers, those between restart intervals included.</summary>
    private static IEnumerable<int> Markers(byte[] file)
    {
        for (int at = 0; at + 1 < file.Length;)
        {
            if (file[at] != 0xff || file[at + 1] is 0 or 0xff)
            {
                at++;
                continue;
            }
            yield return at;
            at += file[at + 1] is >= 0xd0 and <= 0xd9 ? 2 : 2 + (file[at + 2] << 8 | file[at + 3]);
        }
    }
}
