using System.Globalization;
using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Features.Numerics;
using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Bench;

/// <summary>
/// Precision at 10 of cosine search, labelled queries in a labelled gallery, for each layer and way to pool it, with and
/// without centring on the gallery's mean: what the default vector was chosen by. Random weights stand beside the trained ones.
/// </summary>
internal static class RetrievalPrecision
{
    private const int Neighbors = 10, Chunk = 256;

    private static readonly string[] s_variants = ["plain", "centred", "root, centred", "standardised", "root, standardised"];

    /// <summary>WEIGHTS GALLERY QUERIES [VECTOR...]: prints a table, of all vectors or of those named, as "conv3 Grid".</summary>
    internal static int Run(string weights, string gallery, string queries, string[] vectors)
    {
        Recipe recipe = TrainedWeights.Open(weights).Recipe;
        foreach (string name in (string[])["random", "trained"])
            foreach (FeatureLayer layer in FeatureLayers.All.Skip(1))
                foreach (FeaturePooling pooling in (FeaturePooling[])[FeaturePooling.Mean, FeaturePooling.Max,
                    FeaturePooling.Grid])
                {
                    if (vectors.Length > 0 && !vectors.Contains($"{layer.Name()} {pooling}"))
                        continue;
                    SpotModelOptions options = new() { Layer = layer, Pooling = pooling, BatchSize = Chunk };
                    using SpotModel model = name == "random"
                        ? ExportOnDemand.RandomModel(recipe, options)
                        : ExportOnDemand.OpenModel(weights, options);
                    Labelled train = Embed(model, gallery), test = Embed(model, queries);
                    string precisions = string.Join("   ",
                        s_variants.Select((variant, i) =>
                        $"{variant} {(100 * Precision(train, test, i)).ToString("F1", CultureInfo.InvariantCulture)}"));
                    Console.WriteLine($"{name,-8} {layer.Name()} {pooling,-5} {model.Dimensions,6} numbers   {precisions}");
                }
        return 0;
    }

    private static Labelled Embed(SpotModel model, string path)
    {
        using ImageSet set = ImageSet.Open([path]);
        List<float> rows = [];
        List<int> labels = [];
        using FeaturePass pass = new(model, set);
        foreach (FeatureRows some in pass.Run())
        {
            rows.AddRange(some.Values);
            labels.AddRange(some.Indices.Select(set.Label));
        }
        return new Labelled([.. rows], [.. labels], model.Dimensions);
    }

    private static double Precision(Labelled train, Labelled test, int variant)
    {
        bool root = variant is 2 or 4, centred = variant > 0, standardised = variant > 2;
        float[] gallery = root
            ? Array.ConvertAll(train.Rows, Root)
            : train.Rows, queries = root ? Array.ConvertAll(test.Rows, Root) : test.Rows;
        int width = train.Width;
        float[] mean = new float[width], scale = new float[width];
        for (int i = 0; i < width; i++)
        {
            double sum = 0, squares = 0;
            for (int at = i; at < gallery.Length; at += width)
                sum += gallery[at];
            mean[i] = centred ? (float)(sum / train.Labels.Length) : 0;
            for (int at = i; at < gallery.Length; at += width)
                squares += Math.Pow(gallery[at] - mean[i], 2);
            scale[i] = standardised ? (float)(1 / Math.Max(Math.Sqrt(squares / train.Labels.Length), 1e-6)) : 1;
        }
        return Agreement(Standardize(gallery, mean, scale), Standardize(queries, mean, scale), train, test);
    }

    private static double Agreement(float[] gallery, float[] queries, Labelled train, Labelled test)
    {
        NearestRows nearest = new(test.Labels.Length, Neighbors);
        int width = train.Width;
        Parallel.For(0, (test.Labels.Length + Chunk - 1) / Chunk, chunk =>
        {
            int first = chunk * Chunk, count = Math.Min(Chunk, test.Labels.Length - first);
            float[] products = new float[count * train.Labels.Length];
            DotProducts.Compute(queries.AsSpan(first * width, count * width), gallery, width, products);
            for (int i = 0; i < count; i++)
                nearest.Offer(first + i, 0, products.AsSpan(i * train.Labels.Length, train.Labels.Length));
        });
        long right = Enumerable.Range(0, test.Labels.Length).Sum(query =>
            (long)nearest.Of(query).Count(hit => train.Labels[hit.Row] == test.Labels[query]));
        return (double)right / test.Labels.Length / Neighbors;
    }

    private static float[] Standardize(float[] rows, float[] mean, float[] scale)
    {
        float[] result = new float[rows.Length];
        for (int at = 0; at < rows.Length; at += mean.Length)
            FeatureIndex.Standardize(rows.AsSpan(at, mean.Length), result.AsSpan(at, mean.Length), mean, scale);
        return result;
    }

    private static float Root(float value) => MathF.Sqrt(MathF.Max(0, value));

    private sealed record Labelled(float[] Rows, int[] Labels, int Width);
}
