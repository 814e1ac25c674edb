using System.Buffers.Binary;
using SpotArtifacts.Images;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Tests.Server;

public sealed class UploadLimitsTests
{
    [Fact]
    public async Task Read_Picture_IsDecoded()
    {
        byte[] png = PngFile.Encode(TestImages.Pattern(6, 4));

        (byte[] encoded, RgbImage image) = await Read(png);

        Assert.Equal(png, encoded);
        Assert.Equal((6, 4), (image.Width, image.Height));
    }

    [Fact]
    public async Task Read_TooManyBytes_IsRefusedBeforeAllAreRead()
    {
        using MemoryStream endless = new(new byte[UploadLimits.MostBytes + 1_000_000]);

        StudioException refused = await Assert.ThrowsAsync<StudioException>(
            () => UploadLimits.Read(endless, "big.png", TestContext.Current.CancellationToken));

        Assert.Contains("big.png", refused.Message, StringComparison.Ordinal);
        Assert.True(endless.Position < endless.Length);
    }

    [Fact]
    public async Task Read_DamagedPictureOrNone_IsRefused()
    {
        byte[] png = PngFile.Encode(TestImages.Pattern(6, 4));

        await Assert.ThrowsAsync<ImageFormatException>(() => Read(png[..^20]));
        await Assert.ThrowsAsync<ImageFormatException>(() => Read("<svg/>"u8.ToArray()));
    }

    [Fact]
    public async Task Read_TooManyPixels_IsRefusedByTheHeader()
    {
        byte[] bitmap = new byte[54];
        "BM"u8.CopyTo(bitmap);
        BinaryPrimitives.WriteInt32LittleEndian(bitmap.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(bitmap.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(bitmap.AsSpan(18), 40_000);
        BinaryPrimitives.WriteInt32LittleEndian(bitmap.AsSpan(22), 40_000);
        bitmap[26] = 1;
        bitmap[28] = 24;

        ImageFormatException refused = await Assert.ThrowsAsync<ImageFormatException>(() => Read(bitmap));

        Assert.Contains("40000", refused.Message, StringComparison.Ordinal);
    }

    private static Task<(byte[] Encoded, RgbImage Image)> Read(byte[] bytes) =>
        UploadLimits.Read(new MemoryStream(bytes), "it", TestContext.Current.CancellationToken);
}
