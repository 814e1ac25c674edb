using System.Diagnostics;
using System.Globalization;
using SpotArtifacts.Engine;
using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Transfer;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Bench;

/// <summary>
/// How often labelled queries find their like in a labelled gallery, by each vector that a model gives: what the default vector
/// was chosen by. Random weights stand beside the trained ones. The whitened vector is fitted on the gallery, without its labels.
/// </summary>
internal static class RetrievalPrecision
{
    private const string Joined = "joined";
    private const int Neighbors = 20, Found = 10, Batch = 250;

    // Of the gallery's images, to see how many it takes.
    private static readonly int[] s_fits = [25, 50, 100, 200, 500, 1000, 2000, 5000];

    /// <summary>WEIGHTS GALLERY QUERIES [VECTOR...]: prints a table, of all vectors or of those named, as "conv3 Grid".</summary>
    internal static int Run(string weights, string gallery, string queries, string[] vectors)
    {
        NativeEngine.EnsureLoaded();
        TrainedWeights trained = TrainedWeights.Open(weights);
        using ImageSet images = ImageSet.Open([gallery]), asked = ImageSet.Open([queries]);
        OnnxExportOptions fitted = new() { Verdict = false, FitImages = images };
        Print("random", () => ExportOnDemand.BuildRandom(trained.Recipe, images), images, asked, vectors);
        Print("trained", () => OnnxExport.Build(trained, fitted), images, asked, vectors);
        return 0;
    }

    private static void Print(string name, Func<ModelProto> build, ImageSet images, ImageSet asked, string[] vectors)
    {
        long start = Stopwatch.GetTimestamp();
        ModelFile file = ModelFile.Of(build(), name);
        Console.WriteLine($"{name}: exported and fitted in {Seconds(start)}");
        foreach ((string vector, Func<SpotModel> load) in Vectors(file))
        {
            if (vectors.Length > 0 && !vectors.Contains(vector))
                continue;
            using SpotModel model = load();
            Labelled train = Embed(model, images);
            start = Stopwatch.GetTimestamp();
            Labelled test = Embed(model, asked);
            string seconds = Seconds(start);
            Console.WriteLine(
                $"{name,-8} {vector,-10} {model.Dimensions,5} numbers   {Compare(train, test, Comparison.Plain)}   "
                + $"{Compare(train, test, Comparison.Centred)}   {Compare(train, test, Comparison.Standardised)}   {seconds}");
            if (vector == Joined)
                PrintFits(name, train, test);
        }
    }

    private static void PrintFits(string name, Labelled train, Labelled test)
    {
        foreach (int count in s_fits.Where(count => count <= train.Labels.Length))
        {
            float[] some = [.. Enumerable.Range(0, count).SelectMany(i => train.Rows.AsSpan(
                (int)((long)i * train.Labels.Length / count) * train.Width, train.Width).ToArray())];
            Whitening whitening = WhiteningFit.Fit(some, count);
            Labelled gallery = Project(train, whitening), queries = Project(test, whitening);
            Console.WriteLine($"{name,-8} whitened by {count} images, {whitening.Dimensions} numbers   "
                + Compare(gallery, queries, Comparison.Plain));
        }
    }

    private static Labelled Project(Labelled rows, Whitening whitening)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable off = no_grad();
        using LibtorchWhitening fitted = new(whitening, CPU);
        Tensor joined = TensorData.From<float>(rows.Rows, rows.Labels.Length, rows.Width);
        return new Labelled(fitted.Project(joined).ToArray<float>(), rows.Labels, whitening.Dimensions);
    }

    private static IEnumerable<(string Name, Func<SpotModel> Load)> Vectors(ModelFile file)
    {
        foreach (FeatureLayer layer in FeatureLayers.All)
            foreach (FeaturePooling pooling in (FeaturePooling[])[FeaturePooling.Mean, FeaturePooling.Max, FeaturePooling.Grid])
            {
                SpotModelOptions options = new() { Layer = layer, Pooling = pooling, BatchSize = Batch };
                yield return ($"{layer.Name()} {pooling}", () => SpotModel.Load(file, options));
            }
        SpotModelOptions all = new() { Layer = FeatureLayer.Whitened, BatchSize = Batch };
        yield return (
            Joined, () => SpotModel.Load(file.Metadata.Description, all, () => OnnxFeatures.Joined(file, all.Threads)));
        yield return ("whitened", () => SpotModel.Load(file, all));
    }

    private static Labelled Embed(SpotModel model, ImageSet set)
    {
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

    private static string Compare(Labelled train, Labelled test, Comparison how)
    {
        (float[] mean, float[] scale) = Moments(train, how);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable off = no_grad();
        NearestNeighbors neighbors = new(Neighbors) { Center = false };
        NeighborRanking ranking = neighbors.Rank(Standardize(train, mean, scale), Standardize(test, mean, scale));
        int classes = train.Labels.Max() + 1;
        double accuracy = neighbors.Accuracy(ranking, train.Labels, test.Labels, Neighbors, classes);
        long right = Enumerable.Range(0, test.Labels.Length).Sum(query => ranking.Indices.AsSpan(query * ranking.Depth, Found)
            .ToArray().LongCount(row => train.Labels[row] == test.Labels[query]));
        double precision = (double)right / test.Labels.Length / Found;
        return string.Create(CultureInfo.InvariantCulture, $"{how}: {100 * accuracy:F1} kNN, {100 * precision:F1} at 10");
    }

    private static (float[] Mean, float[] Scale) Moments(Labelled train, Comparison how)
    {
        int width = train.Width;
        float[] mean = new float[width], scale = new float[width];
        for (int i = 0; i < width; i++)
        {
            double sum = 0, squares = 0;
            for (int at = i; at < train.Rows.Length; at += width)
                sum += train.Rows[at];
            mean[i] = how == Comparison.Plain ? 0 : (float)(sum / train.Labels.Length);
            for (int at = i; at < train.Rows.Length; at += width)
                squares += Math.Pow(train.Rows[at] - mean[i], 2);
            double deviation = Math.Sqrt(squares / train.Labels.Length);
            scale[i] = how != Comparison.Standardised ? 1 : deviation > 1e-6 ? (float)(1 / deviation) : 0;
        }
        return (mean, scale);
    }

    private static Tensor Standardize(Labelled rows, float[] mean, float[] scale)
    {
        float[] result = new float[rows.Rows.Length];
        for (int at = 0; at < result.Length; at += mean.Length)
            FeatureIndex.Standardize(rows.Rows.AsSpan(at, mean.Length), result.AsSpan(at, mean.Length), mean, scale);
        return TensorData.From<float>(result, rows.Labels.Length, rows.Width);
    }

    private static string Seconds(long start) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");

    // What is taken off a gallery's vectors before they are compared.
    private enum Comparison
    {
        Plain,
        Centred,
        Standardised,
    }

    private sealed record Labelled(float[] Rows, int[] Labels, int Width);
}
