using System.Diagnostics;
using System.Globalization;
using SpotArtifacts.Images;

namespace SpotArtifacts.Bench;

/// <summary>Peak memory of one epoch of batches.</summary>
internal static class EpochMemory
{
    internal static int Run(string[] args)
    {
        int size = int.Parse(args[0], CultureInfo.InvariantCulture);
        long budget = long.Parse(args[1], CultureInfo.InvariantCulture) << 20;
        using ImageSet set = ImageSet.Open(args[2..]);
        Augmentation view = new(new AugmentationOptions(), size);
        DecodedImages images = new(set, new DecodedImagesOptions { MemoryBudget = budget, Target = view.Target });
        using BatchLoader loader = new(images, view,
            new BatchLoaderOptions { BatchSize = 64, Threads = Environment.ProcessorCount });
        long start = Stopwatch.GetTimestamp();
        for (int done = 0; done < set.Count; done += 64)
            loader.Next().Dispose();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{set.Count} images, budget {budget >> 20} MiB: {set.Count / Stopwatch.GetElapsedTime(start).TotalSeconds:F0} "
                + $"images/s, {images.InMemory} kept, peak of the process {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} "
                + $"MiB"));
        return 0;
    }
}
