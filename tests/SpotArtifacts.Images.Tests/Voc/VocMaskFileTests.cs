using SpotArtifacts.Images.Voc;

namespace SpotArtifacts.Images.Tests.Voc;

public sealed class VocMaskFileTests
{
    [Fact]
    public void Parse_PaletteOf256_GivesIndicesNotColours()
    {
        byte[] indices = [0, 1, 20, 255, 15, 0];
        IndexedImage mask = VocMaskFile.Parse(VocDevkitBuilder.Mask(3, 2, indices), "m.png");
        Assert.Equal((3, 2), (mask.Width, mask.Height));
        Assert.Equal(indices, mask.Indices);
    }

    [Fact]
    public void Parse_PaletteOf4Bits_GivesUnpackedIndices() =>
        Assert.Equal([1, 15, 7], VocMaskFile.Parse(PngBuilder.Build(3, 1, 4, 3, [0, 0x1f, 0x70], new byte[48]), "m.png").Indices);

    [Fact]
    public void Parse_TransparentPaletteEntry_ChangesNoIndex() =>
        Assert.Equal(
            [2, 1], VocMaskFile.Parse(
                PngBuilder.Build(2, 1, 8, 3, [0, 2, 1], new byte[9], transparency: [255, 0, 128]), "m.png").Indices);

    [Fact]
    public void Parse_Grey8_GivesItsValues() =>
        Assert.Equal([20, 255], VocMaskFile.Parse(PngBuilder.Build(2, 1, 8, 0, [0, 20, 255]), "m.png").Indices);

    [Theory]
    [InlineData(21)]
    [InlineData(254)]
    public void Parse_IndexThatIsNoClass_SaysWhichAndWhere(byte index) =>
        Refused(VocDevkitBuilder.Mask(2, 2, [0, 1, 0, index]), $"index {index} at column 1, row 1");

    [Fact]
    public void Parse_ColourPicture_IsRefused() => Refused(PngFile.Encode(new RgbImage(2, 2)), "no indices");

    [Fact]
    public void Parse_Grey16_IsRefused() => Refused(PngBuilder.Build(1, 1, 16, 0, [0, 1, 1]), "no indices");

    [Fact]
    public void Parse_Jpeg_IsRefused() => Refused(TestImages.File("color.jpg"), "no PNG");

    [Fact]
    public void Parse_Empty_IsRefused() => Refused([], "empty");

    [Fact]
    public void Parse_CutOff_IsRefused() => Refused(VocDevkitBuilder.Mask(9, 9, new byte[81])[..^30], "m.png");

    [Fact]
    public void Parse_DamagedByte_IsRefused()
    {
        byte[] file = VocDevkitBuilder.Mask(9, 9, new byte[81]);
        file[^25] ^= 1;
        Refused(file, "m.png");
    }

    [Fact]
    public void Parse_HostileSize_IsRefusedBeforeMemoryIsTaken() =>
        Refused(PngBuilder.Build(60_000, 60_000, 8, 3, [0], new byte[3]), "60000 x 60000");

    [Fact]
    public void Parse_HugeFile_IsRefused() => Refused(new byte[VocMaskFile.MaxLength + 1], "more than");

    private static void Refused(byte[] file, params string[] parts)
    {
        string message = Assert.Throws<VocException>(() => VocMaskFile.Parse(file, "m.png")).Message;
        Assert.All(parts.Append("m.png"), part => Assert.Contains(part, message, StringComparison.Ordinal));
    }
}
