using System.Diagnostics;

namespace SpotArtifacts.Images.Tests;

/// <summary>Real JPEG shards, where they are at hand: the folder named by SPOT_SHARED, or shared/ in a folder above.</summary>
public class SharedDataTests
{
    [Theory]
    [InlineData("cifar10-train-000000.tar", 10_000, 32, 10)]
    [InlineData("tiny-imagenet-val-000000.tar", 5_000, 64, 200)]
    public void Decode_RealShard_ReadsEveryImage(string shard, int count, int side, int classes)
    {
        string? path = SharedFiles.Find("data", shard);
        if (path is null)
            Assert.Skip($"{shard} is not at hand; set SPOT_SHARED to a folder that holds data/{shard}");
        using ImageSet set = ImageSet.Open([path]);
        long start = Stopwatch.GetTimestamp();
        DecodedImages images = new(set);
        Assert.Equal(count, images.DecodeAll(cancellation: TestContext.Current.CancellationToken).Length);
        TestContext.Current.SendDiagnosticMessage(
            $"{shard}: {count / Stopwatch.GetElapsedTime(start).TotalSeconds:F0} images/s decoded");
        Assert.Equal((count, 0, classes), (images.Count, images.Skipped.Count, set.ClassCount));
        Assert.True(set.HasLabels);
        Assert.Equal(side, images.Get(count - 1, out _).Width);

        using BatchLoader loader = new(images, new Augmentation(new AugmentationOptions(), side),
            new BatchLoaderOptions { BatchSize = 100, Threads = Environment.ProcessorCount });
        start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 20; i++)
            loader.Next().Dispose();
        TestContext.Current.SendDiagnosticMessage(
            $"{shard}: {2000 / Stopwatch.GetElapsedTime(start).TotalSeconds:F0} images/s augmented");
    }
}
