using SpotArtifacts.Images;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Tests.Evaluation;

public sealed class CropViewTests
{
    // Red tells the column, green the row: 8 columns, 4 rows.
    private static readonly RgbImage s_image = Coordinates(8, 4);

    [Fact]
    public void Central_WideImage_IsTheSquareInTheMiddle() => Assert.Equal((2, 5, 0, 3), Corners(FeatureView.Central(1)));

    [Fact]
    public void TenCrop_Places_AreCentreCornersAndTheirMirrorImages()
    {
        (int, int, int, int)[] views = [.. FeatureView.TenCrop(0.5).Select(Corners)];

        // The square has half of the shorter side: 2 pixels.
        Assert.Equal([(3, 4, 1, 2), (0, 1, 0, 1), (6, 7, 0, 1), (0, 1, 2, 3), (6, 7, 2, 3)], views[..5]);
        Assert.Equal([(4, 3, 1, 2), (1, 0, 0, 1), (7, 6, 0, 1), (1, 0, 2, 3), (7, 6, 2, 3)], views[5..]);
        Assert.Equal(10, FeatureView.TenCrop(0.5).Distinct().Count());
    }

    [Fact]
    public void Random_ManyImages_ReachesAllPlacesBothWays()
    {
        float[][] views = [.. Enumerable.Range(0, 200).Select(seed => Render(FeatureView.Random(0.5, 0), (ulong)seed))];

        Assert.InRange(views.Count(v => v[0] > v[1]), 60, 140); // mirrored
        double[] columns = [.. views.Select(v => (double)Math.Min(v[0], v[1]))];
        Assert.InRange(columns.Min(), -0.05, 0.5);
        Assert.InRange(columns.Max(), 5.5, 6.05);
    }

    [Fact]
    public void Random_OneSeed_GivesOneViewAndAnotherForAnotherNumber()
    {
        Assert.Equal(Render(FeatureView.Random(0.5, 0), 7), Render(FeatureView.Random(0.5, 0), 7));
        Assert.NotEqual(Render(FeatureView.Random(0.5, 0), 7), Render(FeatureView.Random(0.5, 1), 7));
        Assert.NotEqual(FeatureView.Random(0.5, 0), FeatureView.Random(0.5, 1));
        Assert.Equal(FeatureView.Central(0.875), FeatureView.Central(0.875));
    }

    // Columns of the left and right edge, rows of the upper and lower one.
    private static (int Left, int Right, int Top, int Bottom) Corners(FeatureView view)
    {
        int side = view == FeatureView.Central(1) ? 4 : 2;
        float[] pixels = new float[3 * side * side];
        view.Make(side).Apply(s_image, 0, pixels);
        float Value(int i) => MathF.Round((pixels[i] + 1) * 127.5f / 10);
        int plane = side * side;
        return ((int)Value(0), (int)Value(side - 1), (int)Value(plane), (int)Value(plane + plane - 1));
    }

    private static float[] Render(FeatureView view, ulong seed)
    {
        float[] pixels = new float[3 * 4];
        view.Make(2).Apply(s_image, seed, pixels);
        return [.. pixels.Select(value => (value + 1) * 127.5f / 10)];
    }

    private static RgbImage Coordinates(int width, int height)
    {
        RgbImage image = TestImages.Constant(width, height, 0, 0, 0);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                (image.Pixels[3 * (y * width + x)], image.Pixels[3 * (y * width + x) + 1]) = ((byte)(10 * x), (byte)(10 * y));
        return image;
    }
}
