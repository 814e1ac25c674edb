using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Extraction;

/// <summary>Features of some of a set's images, all in memory.</summary>
/// <param name="Indices">The good ones of those asked for, in their order.</param>
/// <param name="Rows">A row of D numbers for each.</param>
/// <param name="Skipped">The damaged ones, by name.</param>
internal sealed record ChosenImages(IReadOnlyList<int> Indices, float[] Rows, IReadOnlyList<SkippedImage> Skipped)
{
    /// <summary>Computes them.</summary>
    /// <param name="model">Which features.</param>
    /// <param name="set">Of which images.</param>
    /// <param name="chosen">Numbers of the images.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancellation">Stops between batches; nothing is left behind.</param>
    internal static ChosenImages Embed(
        SpotModel model, ImageSet set, IReadOnlyList<int> chosen, IProgress<DecodingProgress>? progress,
        CancellationToken cancellation)
    {
        List<SkippedImage> skipped = [];
        int batch = model.Options.BatchSize, values = 3 * model.View.Size * model.View.Size;
        List<int> good = [];
        List<float> rows = new(chosen.Count * model.Dimensions);
        for (int first = 0; first < chosen.Count; first += batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] some = [.. chosen.Skip(first).Take(batch)];
            float[]?[] views = Render(model, set, some, skipped);
            good.AddRange(some.Where((_, i) => views[i] is not null));
            float[] pixels = [.. views.OfType<float[]>().SelectMany(view => view)];
            using LoadedBatch loaded = new(pixels, new int[pixels.Length / values], model.View.Size, null);
            if (loaded.Count > 0)
                rows.AddRange(model.EmbedAsync(loaded).GetAwaiter().GetResult());
            progress?.Report(new DecodingProgress(Math.Min(first + batch, chosen.Count), chosen.Count, skipped.Count));
        }
        return new ChosenImages(good, [.. rows], [.. skipped.OrderBy(image => image.Name, StringComparer.Ordinal)]);
    }

    // Null in the place of a damaged one.
    private static float[]?[] Render(SpotModel model, ImageSet set, int[] some, List<SkippedImage> skipped)
    {
        float[]?[] views = new float[]?[some.Length];
        Parallel.For(0, some.Length, i =>
        {
            try
            {
                float[] view = new float[3 * model.View.Size * model.View.Size];
                model.View.Apply(set.Load(some[i], model.View.Target), 0, view);
                views[i] = view;
            }
            catch (ImageFormatException damaged)
            {
                lock (skipped)
                    skipped.Add(new SkippedImage(damaged.Name, damaged.Reason));
            }
        });
        return views;
    }
}
