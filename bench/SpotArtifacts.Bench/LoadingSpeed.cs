using System.Diagnostics;
using System.Globalization;
using SpotArtifacts.Images;

namespace SpotArtifacts.Bench;

/// <summary>How fast files become augmented batches when nothing is kept in memory.</summary>
internal static class LoadingSpeed
{
    private const int Batch = 64;

    /// <summary>Prints "images/s", a tab, and the decoder's share of a thread's time.</summary>
    internal static int Run(string[] args)
    {
        int size = int.Parse(args[0], CultureInfo.InvariantCulture), threads = int.Parse(args[2], CultureInfo.InvariantCulture);
        double seconds = double.Parse(args[1], CultureInfo.InvariantCulture);
        using ImageSet set = ImageSet.Open(args[3..]);
        Augmentation view = new(new AugmentationOptions(), size);
        DecodedImages images = new(set, new DecodedImagesOptions { MemoryBudget = 0, Target = view.Target });
        using BatchLoader loader = new(images, view,
            new BatchLoaderOptions { BatchSize = Batch, Threads = threads, Ahead = 2 * threads });
        Take(loader, TimeSpan.FromSeconds(Math.Min(3, seconds))); // compiled code, file cache
        double perSecond = Take(loader, TimeSpan.FromSeconds(seconds));
        loader.Dispose();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{perSecond:F0}\t{DecodingShare(images, view):P0}"));
        return 0;
    }

    private static double Take(BatchLoader loader, TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp(), taken = 0;
        for (; Stopwatch.GetElapsedTime(start) < time; taken += Batch)
            loader.Next().Dispose();
        return taken / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double DecodingShare(DecodedImages images, Augmentation view)
    {
        int count = Math.Min(images.Count, 2000);
        float[] target = new float[3 * view.Size * view.Size];
        long decoding = 0, augmenting = 0;
        for (int i = 0; i < count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            RgbImage image = images.Get(i, out _);
            long middle = Stopwatch.GetTimestamp();
            view.Apply(image, (ulong)i, target);
            decoding += middle - start;
            augmenting += Stopwatch.GetTimestamp() - middle;
        }
        return (double)decoding / (decoding + augmenting);
    }
}
