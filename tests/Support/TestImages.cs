using SpotArtifacts.Images;

namespace SpotArtifacts.Tests.Support;

/// <summary>Pictures and files the tests of this folder start from.</summary>
internal static class TestImages
{
    internal static byte[] File(string name) =>
        System.IO.File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Images", "files", name));

    /// <summary>Every pixel differs from its neighbours, and so do the three channels.</summary>
    internal static RgbImage Pattern(int width, int height, int seed = 0)
    {
        RgbImage image = new(width, height);
        SeededRandom random = new((ulong)seed);
        for (int i = 0; i < image.Pixels.Length; i++)
            image.Pixels[i] = (byte)random.NextInt(256);
        return image;
    }

    internal static RgbImage Constant(int width, int height, byte r, byte g, byte b)
    {
        RgbImage image = new(width, height);
        for (int i = 0; i < image.Pixels.Length; i += 3)
            (image.Pixels[i], image.Pixels[i + 1], image.Pixels[i + 2]) = (r, g, b);
        return image;
    }

    internal static byte[] PixelAt(RgbImage image, int x, int y) => image.Pixels.AsSpan(3 * (y * image.Width + x), 3).ToArray();
}
