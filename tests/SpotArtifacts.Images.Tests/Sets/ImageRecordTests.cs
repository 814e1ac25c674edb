namespace SpotArtifacts.Images.Tests;

public sealed class ImageRecordTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ImageRecordTests()
    {
        for (int i = 0; i < 4; i++)
            _folder.WriteImage($"images/{i}.png", i);
        Write(_folder.At("images"));
    }

    [Fact]
    public void Compare_SameImages_FindsNothing() => Assert.Null(Compare(_folder.At("images")));

    [Fact]
    public void Compare_FolderHasMoved_FindsNothing()
    {
        Directory.Move(_folder.At("images"), _folder.At("elsewhere"));
        Assert.Null(Compare(_folder.At("elsewhere")));
    }

    [Fact]
    public void Compare_ImageAdded_NamesIt()
    {
        _folder.WriteImage("images/new.png", 9);
        Assert.Equal("1 added (new.png)", Compare(_folder.At("images")));
    }

    [Fact]
    public void Compare_ImageGone_NamesIt()
    {
        File.Delete(_folder.At("images/2.png"));
        Assert.Equal("1 gone (2.png)", Compare(_folder.At("images")));
    }

    [Fact]
    public void Compare_TwoImagesSwapped_NamesBoth()
    {
        byte[] one = File.ReadAllBytes(_folder.At("images/0.png")), two = File.ReadAllBytes(_folder.At("images/1.png"));
        _folder.Write("images/0.png", two);
        _folder.Write("images/1.png", one);
        Assert.Equal("2 of other content (0.png, 1.png)", Compare(_folder.At("images")));
    }

    [Fact]
    public void Compare_SameLengthOtherContent_IsFound()
    {
        byte[] file = File.ReadAllBytes(_folder.At("images/3.png"));
        file[^1] ^= 1;
        _folder.Write("images/3.png", file);
        Assert.Equal("1 of other content (3.png)", Compare(_folder.At("images")));
    }

    public void Dispose() => _folder.Dispose();

    private void Write(string images)
    {
        using ImageSet set = ImageSet.Open([images]);
        ImageRecord.Write(_folder.At("images.txt"), set);
    }

    private string? Compare(string images)
    {
        using ImageSet set = ImageSet.Open([images]);
        return ImageRecord.Compare(_folder.At("images.txt"), set);
    }
}
