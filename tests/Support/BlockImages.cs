using System.Globalization;
using SpotArtifacts.Images;

namespace SpotArtifacts.Tests.Support;

/// <summary>Pictures that survive resizing, unlike noise: 4 x 4 blocks of drawn colours.</summary>
internal static class BlockImages
{
    internal static RgbImage Draw(int seed, int side = 40)
    {
        RgbImage small = TestImages.Pattern(4, 4, 1000 + seed), image = new(side, side);
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++)
                TestImages.PixelAt(small, 4 * x / side, 4 * y / side).CopyTo(image.Pixels.AsSpan(3 * (y * side + x)));
        return image;
    }

    /// <summary>Writes pictures 0 to count - 1 as 0000.png and so on.</summary>
    internal static string[] Write(TemporaryFolder folder, string below, int count) =>
        [.. Enumerable.Range(0, count).Select(i =>
            folder.Write(string.Create(CultureInfo.InvariantCulture, $"{below}/{i:D4}.png"), PngFile.Encode(Draw(i))))];

    /// <summary>Writes a file that begins as a PNG and is none.</summary>
    internal static string WriteDamaged(TemporaryFolder folder, string name) =>
        folder.Write(name, [0x89, 0x50, 0x4E, 0x47, 1, 2, 3]);
}
