using System.Collections.Concurrent;

namespace SpotArtifacts.Images.Tests.Formats;

public class VipsSessionTests
{
    /// <summary>libvips keeps its errors in one buffer for all threads.</summary>
    [Fact]
    public void Run_DamagedFilesInParallel_SaysOfEachWhatIsWrongWithIt()
    {
        byte[] webp = TestImages.File("lossy.webp"), tiff = EncodedImages.Tiff(TestImages.Pattern(9, 6));
        byte[][] files = [webp, webp[..^100], tiff, tiff[..^60], EncodedImages.Gif(TestImages.Pattern(9, 9))[..^50]];
        string[] alone = [.. files.Select(Reason)];
        ConcurrentBag<(int File, string Reason)> seen = [];

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => seen.Add((i % 5, Reason(files[i % 5]))));

        Assert.Equal(["", ""], [alone[0], alone[2]]);
        Assert.Equal(4, alone.Distinct().Count());
        Assert.All(seen, one => Assert.Equal(alone[one.File], one.Reason));
    }

    private static string Reason(byte[] file)
    {
        try
        {
            ImageDecoder.Decode(file, "input");
            return "";
        }
        catch (ImageFormatException refusal)
        {
            return refusal.Reason;
        }
    }
}
