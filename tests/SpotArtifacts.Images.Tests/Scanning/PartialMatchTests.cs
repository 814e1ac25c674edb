using SpotArtifacts.Images.Scanning;

namespace SpotArtifacts.Images.Tests.Scanning;

public class PartialMatchTests
{
    [Theory]
    [InlineData(0, 0, 60, 60)]
    [InlineData(13, 27, 40, 37)]
    [InlineData(30, 5, 34, 55)]
    [InlineData(7, 20, 57, 44)]
    public void Find_Crop_FitsNearlyWhole(int left, int top, int width, int height)
    {
        RgbImage whole = PartialMatchPictures.Smooth(5, 64, 64);

        PartialMatch? match =
            PartialMatching.Find(
                GreyPicture.Of(whole), GreyPicture.Of(PartialMatchPictures.Crop(whole, left, top, width, height)));

        Assert.NotNull(match);
        Assert.InRange(match.Value.Correlation, 0.95, 1);
        Assert.InRange(match.Value.Difference, 0, 8);
    }

    [Fact]
    public void Find_Strangers_FitNowhere()
    {
        for (int i = 0; i < 20; i++)
        {
            PartialMatch? match =
                PartialMatching.Find(
                    GreyPicture.Of(PartialMatchPictures.Smooth(i, 64, 64)),
                    GreyPicture.Of(PartialMatchPictures.Smooth(100 + i, 48, 48)));
            Assert.True(match is not { Correlation: > 0.93 }, $"{i}: {match}");
        }
    }

    [Fact]
    public void Find_PartWithoutContrast_CannotSay() =>
        Assert.Null(
            PartialMatching.Find(
                GreyPicture.Of(PartialMatchPictures.Smooth(1, 64, 64)), GreyPicture.Of(TestImages.Constant(20, 20, 90, 90, 90))));

    [Fact]
    public void Find_PartOfProportionsThatDoNotFit_IsNone()
    {
        RgbImage whole = PartialMatchPictures.Smooth(5, 64, 64);

        Assert.Null(PartialMatching.Find(GreyPicture.Of(whole), GreyPicture.Of(PartialMatchPictures.Crop(whole, 0, 0, 64, 10))));
    }
}
