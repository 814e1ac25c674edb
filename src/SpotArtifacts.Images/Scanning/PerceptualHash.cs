using System.Numerics;

namespace SpotArtifacts.Images.Scanning;

/// <summary>
/// What an image looks like in few bytes: 64 signs of its lowest cosine frequencies ("pHash", Zauner 2010: 32 x 32 grey values, 8
/// x 8 coefficients against their median) and a 4 x 4 thumbnail in colour that keeps chance agreements apart.
/// </summary>
/// <param name="Signs">One bit a frequency; close images differ in few.</param>
/// <param name="Thumbnail">48 bytes.</param>
internal readonly record struct PerceptualHash(ulong Signs, byte[] Thumbnail)
{
    private const int Side = 32, Low = 8, ThumbnailSide = 4;
    private static readonly float[] s_cosines = MakeCosines();

    /// <summary>Of the whole image, whatever its proportions: both sides are resized to the same length.</summary>
    public static PerceptualHash Of(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        SourceBox whole = new(0, 0, image.Width, image.Height);
        float[] planes = new float[3 * Side * Side];
        ThreadResizer.Current.Resize(image, whole, Side, ResizeFilter.Bilinear, mirror: false, planes);
        return new PerceptualHash(
            SignsOf(planes), ThreadResizer.Current.Resize(image, whole, ThumbnailSide, ResizeFilter.Bilinear).Pixels);
    }

    /// <summary>Number of differing signs, 0 to 64.</summary>
    public int Distance(PerceptualHash other) => BitOperations.PopCount(Signs ^ other.Signs);

    /// <summary>Mean absolute difference of the thumbnails, 0 to 255.</summary>
    public double ThumbnailDifference(PerceptualHash other)
    {
        int sum = 0;
        for (int i = 0; i < Thumbnail.Length; i++)
            sum += Math.Abs(Thumbnail[i] - other.Thumbnail[i]);
        return (double)sum / Thumbnail.Length;
    }

    private static ulong SignsOf(ReadOnlySpan<float> planes)
    {
        const int plane = Side * Side;
        Span<float> grey = stackalloc float[plane];
        for (int i = 0; i < plane; i++)
            grey[i] = 0.299f * planes[i] + 0.587f * planes[plane + i] + 0.114f * planes[2 * plane + i];
        Span<float> rows = stackalloc float[Side * Low];
        for (int y = 0; y < Side; y++)
            for (int u = 0; u < Low; u++)
                for (int x = 0; x < Side; x++)
                    rows[y * Low + u] += grey[y * Side + x] * s_cosines[u * Side + x];
        float[] low = new float[Low * Low];
        for (int v = 0; v < Low; v++)
            for (int u = 0; u < Low; u++)
                for (int y = 0; y < Side; y++)
                    low[v * Low + u] += rows[y * Low + u] * s_cosines[v * Side + y];
        float[] sorted = [.. low.Skip(1).Order()]; // the first is the mean brightness
        float median = sorted[sorted.Length / 2];
        ulong signs = 0;
        for (int i = 1; i < low.Length; i++)
            if (low[i] > median)
                signs |= 1UL << i;
        return signs;
    }

    private static float[] MakeCosines()
    {
        float[] cosines = new float[Low * Side];
        for (int u = 0; u < Low; u++)
            for (int x = 0; x < Side; x++)
                cosines[u * Side + x] = (float)Math.Cos(Math.PI * u * (x + 0.5) / Side);
        return cosines;
    }
}
