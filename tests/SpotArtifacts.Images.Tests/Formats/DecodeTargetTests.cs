namespace SpotArtifacts.Images.Tests;

public class DecodeTargetTests
{
    [Theory]
    [InlineData(500, 375, 96, 2)] // smallest crop: sqrt(500 * 375 / 3 / (4 / 3)) = 216.5 pixels
    [InlineData(375, 500, 96, 2)]
    [InlineData(500, 375, 64, 2)]
    [InlineData(500, 375, 32, 4)]
    [InlineData(64, 64, 64, 1)]
    [InlineData(64, 64, 32, 1)]
    [InlineData(64, 64, 16, 2)]
    [InlineData(6000, 4000, 96, 8)]
    [InlineData(6000, 100, 96, 1)] // narrow: the crop takes the whole shorter side
    public void Denominator_Augmentation_LeavesTheSmallestCropTheViewsSize(int width, int height, int size, int expected)
    {
        Assert.Equal(expected, new Augmentation(new AugmentationOptions(), size).Target.Denominator(width, height));
    }

    [Theory]
    [InlineData(500, 375, 96, 2)] // 0.85 * 375 = 318.75
    [InlineData(500, 375, 64, 4)]
    [InlineData(64, 64, 64, 1)]
    public void Denominator_EvaluationView_LeavesTheCentralCropTheViewsSize(int width, int height, int size, int expected)
    {
        Assert.Equal(expected, ((IImageView)new EvaluationView(size)).Target.Denominator(width, height));
    }

    [Fact]
    public void Denominator_Default_IsFullSize() => Assert.Equal(1, default(DecodeTarget).Denominator(60_000, 60_000));

    /// <summary>Whatever crop is drawn, at the chosen scale it is never enlarged unless it already was at full size.</summary>
    [Fact]
    public void Denominator_DrawnCrops_AreNeverSmallerThanTheView()
    {
        SeededRandom random = new(7);
        for (int i = 0; i < 5_000; i++)
        {
            int width = (int)random.NextDouble(8, 2_000), height = (int)random.NextDouble(8, 2_000),
                size = (int)random.NextDouble(8, 200);
            Augmentation view = new(new AugmentationOptions(), size);
            SourceBox crop = view.DrawCrop(width, height, ref random);
            int denominator = view.Target.Denominator(width, height);
            if (denominator > 1)
                Assert.True(
                    Math.Min(crop.Width, crop.Height) / denominator >= size - 1e-9,
                    $"{width} x {height} to {size}: {crop} at 1/{denominator}");
        }
    }
}
