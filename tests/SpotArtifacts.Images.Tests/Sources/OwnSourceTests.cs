namespace SpotArtifacts.Images.Tests.Sources;

/// <summary>Images of a program's own as a set.</summary>
public sealed class OwnSourceTests
{
    [Fact]
    public void Of_Source_IsASetAsOneOfFilesIs()
    {
        using ImageSet set = ImageSet.Of(new Source { Labels = [0, 1, 1, -1], ClassNames = ["cat", "dog"] });

        Assert.Equal((4, 3, 2), (set.Count, set.LabelledCount, set.ClassCount));
        Assert.Equal(["cat", "dog"], set.ClassNames!);
        Assert.Equal("drawn:picture 2", set.Name(2));
        Assert.Equal(TestImages.Pattern(4, 4, 2).Pixels, set.Load(2).Pixels);
        Assert.Null(set.ReadEncoded(2));
        Assert.Equal(["drawn: source of a program's own, 4 images, 3 of them labelled"], set.Descriptions);
    }

    [Fact]
    public void Load_Target_IsPassedOn()
    {
        Source source = new();
        using ImageSet set = ImageSet.Of(source);
        DecodeTarget target = new(8, 0.5, 1);

        set.Load(0, target);

        Assert.Equal(target, source.Target);
    }

    [Fact]
    public void DecodeAll_ImageThatCannotBeRead_IsLeftOutByItsName()
    {
        using ImageSet set = ImageSet.Of(new Source { Fails = index => index == 1 ? new IOException("no such row") : null });
        DecodedImages images = new(set, new DecodedImagesOptions { MaxSkippedShare = 1 });

        Assert.Equal([0, 2, 3], images.DecodeAll(cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(new SkippedImage("drawn:picture 1", "no such row"), Assert.Single(images.Skipped));
    }

    [Fact]
    public void Of_NoImages_IsRefused() =>
        Assert.Contains("drawn: the source has 0 images",
            Assert.Throws<ImageSetException>(() => ImageSet.Of(new Source { Labels = [] })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(2, "one of the 2 class names' numbers")]
    [InlineData(-2, "one of the 2 class names' numbers")]
    public void Of_LabelWithoutAName_IsRefused(int label, string reason)
    {
        Source source = new() { Labels = [0, label], ClassNames = ["cat", "dog"] };

        string message = Assert.Throws<ImageSetException>(() => ImageSet.Of(source)).Message;

        Assert.Contains($"image 1 (picture 1) has label {label}", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    private sealed class Source : IImageSource
    {
        public string Name => "drawn";

        public int Count => Labels.Length;

        internal int[] Labels { get; init; } = [-1, -1, -1, -1];

        internal Func<int, Exception?> Fails { get; init; } = _ => null;

        internal DecodeTarget Target { get; private set; }

        public IReadOnlyList<string>? ClassNames { get; init; }

        public string NameOf(int index) => $"picture {index}";

        public int LabelOf(int index) => Labels[index];

        public RgbImage Load(int index, DecodeTarget target)
        {
            Target = target;
            return Fails(index) is { } failure ? throw failure : TestImages.Pattern(4, 4, index);
        }
    }
}
