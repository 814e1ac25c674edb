using System.Text;
using SpotArtifacts.Transfer.Voc;
using SpotArtifacts.Transfer.Voc.Proposals;

namespace SpotArtifacts.Transfer.Tests.Voc.Proposals;

public sealed class ProposalFileTests : IDisposable
{
    // Rows y1 x1 y2 x2 counted from 1: (2, 1, 20, 10) and (5, 6, 7, 8), column by column.
    private static readonly double[] s_two = [2, 5, 1, 6, 20, 7, 10, 8];
    private static readonly Box[] s_boxes = [new(0, 1, 9, 19), new(5, 4, 7, 6)];
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(9, false)]
    [InlineData(4, false)]
    [InlineData(2, true)]
    public void Read_SelectiveSearchFile_TurnsRowsIntoBoxesInTheSplitsOrder(int storage, bool compressed)
    {
        byte[] cell = MatBuilder.Cell("boxes", MatBuilder.Numbers("", 2, 4, s_two, storage), MatBuilder.Numbers("", 0, 0, []));
        byte[] file = compressed ? new MatBuilder().AddCompressed(cell).Build() : new MatBuilder()
            .Add(MatBuilder.Numbers("x", 1, 1, [3])).Add(cell).Build();
        IReadOnlyList<IReadOnlyList<Box>> boxes = ProposalFile.Read(_folder.Write("ss.mat", file), ["000001", "000002"]);
        Assert.Equal(s_boxes, boxes[0]);
        Assert.Empty(boxes[1]);
    }

    [Fact]
    public void Read_FileWithNames_FindsImagesByThem()
    {
        byte[] file = new MatBuilder()
            .Add(MatBuilder.Cell("images", MatBuilder.Text("", "000009"), MatBuilder.Text("", "000001")))
            .AddCompressed(MatBuilder.Cell("boxes", MatBuilder.Numbers("", 0, 4, []), MatBuilder.Numbers("", 2, 4, s_two)))
                .Build();
        Assert.Equal(s_boxes, Assert.Single(ProposalFile.Read(_folder.Write("ss.mat", file), ["000001"])));
        Assert.Contains("says nothing of image 000003", Refused(file, "000003"), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Json_TakesBoxesAsTheyStand() =>
        Assert.Equal(s_boxes,
            Assert.Single(ProposalFile.Read(_folder.Write("p.json",
            "{\"000001\": [[0, 1, 9, 19], [5, 4, 7, 6]], \"x\": []}"u8.ToArray()), ["000001"])));

    [Theory]
    [InlineData("{\"a\": [[0, 1, 9]]}", "has 3 numbers")]
    [InlineData("{\"a\": [null]}", "has 0 numbers")]
    [InlineData("{\"a\": null}", "says nothing of image a")]
    [InlineData("{\"b\": []}", "says nothing of image a")]
    [InlineData("[1]", "no JSON object")]
    [InlineData("{\"a\": [[5, 1, 4, 9]]}", "inverted")]
    [InlineData("{\"a\": [[-1, 1, 4, 9]]}", "begins outside")]
    [InlineData("{\"a\": [[0, 1, 4, \"x\"]]}", "no JSON object")]
    [InlineData("null", "null")]
    public void Read_MalformedJson_SaysWhy(string json, string complaint) =>
        Assert.Contains(complaint,
            Assert.Throws<SpotException>(() => ProposalFile.FromJson(Encoding.UTF8.GetBytes(json), "p.json", ["a"])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Read_BoxesOfAnotherNumberOfImages_NamesBoth() =>
        Assert.Contains("boxes of 1 images, but the split lists 2",
            Refused(new MatBuilder().Add(MatBuilder.Cell("boxes", MatBuilder.Numbers("", 2, 4, s_two))).Build(), "a", "b"),
            StringComparison.Ordinal);

    [Fact]
    public void Read_FileWithoutBoxes_ListsWhatItHas() =>
        Assert.Contains("no cell 'boxes'; it has things",
            Refused(new MatBuilder().Add(MatBuilder.Numbers("things", 1, 1, [1])).Build(), "a"), StringComparison.Ordinal);

    [Fact]
    public void Read_BoxesOfThreeColumns_IsRefused() =>
        Assert.Contains("2 x 3",
            Refused(new MatBuilder().Add(MatBuilder.Cell("boxes", MatBuilder.Numbers("", 2, 3, [1, 1, 1, 1, 2, 2]))).Build(),
            "a"), StringComparison.Ordinal);

    [Fact]
    public void Read_OtherFileNamedMat_SaysWhatIsRead() =>
        Assert.Contains("no MATLAB 5 file", Refused(new byte[200], "a"), StringComparison.Ordinal);

    [Fact]
    public void Read_CutOff_IsRefused() => Refused(new MatBuilder()
        .Add(MatBuilder.Cell("boxes", MatBuilder.Numbers("", 2, 4, s_two))).Build()[..^20], "a");

    [Fact]
    public void Read_DimensionsBeyondTheData_IsRefusedBeforeMemoryIsTaken() =>
        Assert.Contains("need more data",
            Refused(new MatBuilder().Add(MatBuilder.Array("boxes", 1, [2_000_000_000, 1], [])).Build(), "a"),
            StringComparison.Ordinal);

    [Fact]
    public void Read_CellsNestedDeeply_IsRefused()
    {
        byte[] inner = MatBuilder.Numbers("", 1, 1, [1]);
        for (int i = 0; i < 10; i++)
            inner = MatBuilder.Cell("boxes", inner);
        Assert.Contains("nested", Refused(new MatBuilder().Add(inner).Build(), "a"), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CompressedWithADictionary_IsRefused()
    {
        // zlib answers neither "done" nor "damaged" but "give me the dictionary".
        byte[] packed = [0x78, 0x20, 1, 2, 3, 4, 5, 6];
        byte[] element = [.. BitConverter.GetBytes(15), .. BitConverter.GetBytes(packed.Length), .. packed];
        Assert.Contains("compressed data are damaged", Refused(new MatBuilder().Add(element).Build(), "a"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CompressedBomb_IsRefused() =>
        Assert.Contains("unpacks to more than", Refused(new MatBuilder().AddCompressed(new byte[10_000_000]).Build(), "a"),
            StringComparison.Ordinal);

    [Fact]
    public void Read_Absent_NamesIt() => Assert.Contains("none.mat",
        Assert.Throws<SpotException>(() => ProposalFile.Read(_folder.At("none.mat"), ["a"])).Message, StringComparison.Ordinal);

    [Fact]
    public void SlidingWindows_AnyImage_CoverObjectsOfManySizes()
    {
        IReadOnlyList<Box> windows = SlidingWindows.Of(500, 375, 2000);
        Assert.InRange(windows.Count, 500, 2000);
        Assert.All(windows, box => Assert.True(box.X1 >= 0 && box.Y1 >= 0 && box.X2 < 500 && box.Y2 < 375 && box.Width > 1));
        foreach (Box wanted in (Box[])[new(0, 0, 499, 374), new(37, 41, 190, 200), new(300, 20, 380, 230),
            new(10, 200, 210, 290)])
            Assert.True(windows.Max(wanted.Overlap) >= 0.5, $"{wanted}: {windows.Max(wanted.Overlap)}");
        Assert.Equal(50, SlidingWindows.Of(500, 375, 50).Count);
        Assert.Single(SlidingWindows.Of(1, 1, 10).Distinct());
    }

    public void Dispose() => _folder.Dispose();

    private string Refused(byte[] file, params string[] ids) =>
        Assert.Throws<SpotException>(() => ProposalFile.Read(_folder.Write("ss.mat", file), ids)).Message;
}
