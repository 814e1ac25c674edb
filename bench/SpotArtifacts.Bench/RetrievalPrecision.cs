using System.Globalization;
using SpotArtifacts.Engine;
using SpotArtifacts.Features;
using SpotArtifacts.Images;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Bench;

/// <summary>
/// Precision at 10 of cosine search, labelled queries in a labelled gallery, for each layer and way to pool it, with and without centring on
/// the gallery's mean: what the default vector was chosen by. Random weights stand beside the trained ones.
/// </summary>
internal static class RetrievalPrecision
{
    private const int Neighbors = 10, Chunk = 250;

    private static readonly string[] s_variants = ["plain", "centred", "root, centred", "standardised", "root, standardised"];

    /// <summary>WEIGHTS GALLERY QUERIES [VECTOR...]: prints a table, of all vectors or of those named, as "conv3 Grid".</summary>
    internal static int Run(string weights, string gallery, string queries, string[] vectors)
    {
        using SpotModel trained = SpotModel.Load(weights), random = SpotModel.Random(trained.Recipe);
        foreach ((string name, SpotModel model) in (ReadOnlySpan<(string, SpotModel)>)[("random", random), ("trained", trained)])
        {
            Dictionary<string, (float[] Rows, int Width)> train = Embed(model, gallery, out int[] trainLabels), test = Embed(model, queries, out int[] testLabels);
            foreach ((string vector, (float[] rows, int width)) in train)
            {
                if (vectors.Length > 0 && !vectors.Contains(vector)) continue;
                double[] precision = model.Run(_ => Measure(rows, test[vector].Rows, width, trainLabels, testLabels));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-8} {vector,-12} {width,6} numbers   {string.Join("   ", s_variants.Zip(precision, (v, p) => $"{v} {100 * p:F1}"))}"));
            }
        }
        return 0;
    }

    private static Dictionary<string, (float[], int)> Embed(SpotModel model, string path, out int[] labels)
    {
        using ImageSet set = ImageSet.Open([path]);
        DecodedImages images = new(set);
        int[] good = images.DecodeAll();
        labels = [.. good.Select(set.Label)];
        Dictionary<string, List<float>> rows = [];
        foreach (LoadedBatch batch in BatchLoader.Pass(images, good, model.View, Chunk))
        {
            model.Run(networks =>
            {
                IReadOnlyDictionary<string, Tensor> features = networks.Discriminator.Features(TensorData.From<float>(batch.Pixels, batch.Count, 3, batch.Size, batch.Size).ToChannelsLast());
                foreach (string layer in Discriminator.FeatureLayers.Skip(1))
                    foreach (FeaturePooling pooling in (ReadOnlySpan<FeaturePooling>)[FeaturePooling.Mean, FeaturePooling.Max, FeaturePooling.Grid])
                    {
                        if (!rows.TryGetValue($"{layer} {pooling}", out List<float>? all)) rows[$"{layer} {pooling}"] = all = [];
                        all.AddRange(FeaturePooler.Pool(features[layer], pooling, normalize: false).ToArray<float>());
                    }
            });
            batch.Dispose();
        }
        return rows.ToDictionary(item => item.Key, item => (item.Value.ToArray(), item.Value.Count / good.Length));
    }

    private static double[] Measure(float[] train, float[] test, int width, int[] trainLabels, int[] testLabels)
    {
        Tensor gallery = TensorData.From<float>(train.AsSpan(), trainLabels.Length, width), queries = TensorData.From<float>(test.AsSpan(), testLabels.Length, width);
        Tensor mean = gallery.mean([0], keepdim: true);
        Tensor rootGallery = gallery.clamp_min(0).sqrt(), rootMean = rootGallery.mean([0], keepdim: true);
        Tensor deviation = (gallery - mean).square().mean([0], keepdim: true).sqrt().clamp_min(1e-6);
        Tensor rootDeviation = (rootGallery - rootMean).square().mean([0], keepdim: true).sqrt().clamp_min(1e-6);
        return
        [
            Precision(gallery, queries, trainLabels, testLabels),
            Precision(gallery - mean, queries - mean, trainLabels, testLabels),
            Precision(rootGallery - rootMean, queries.clamp_min(0).sqrt() - rootMean, trainLabels, testLabels),
            Precision((gallery - mean) / deviation, (queries - mean) / deviation, trainLabels, testLabels),
            Precision((rootGallery - rootMean) / rootDeviation, (queries.clamp_min(0).sqrt() - rootMean) / rootDeviation, trainLabels, testLabels),
        ];
    }

    private static double Precision(Tensor gallery, Tensor queries, int[] trainLabels, int[] testLabels)
    {
        Tensor unit = FeaturePooler.Unit(gallery).transpose(0, 1);
        long right = 0;
        for (int first = 0; first < testLabels.Length; first += Chunk)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(Chunk, testLabels.Length - first);
            long[] nearest = FeaturePooler.Unit(queries.narrow(0, first, count)).matmul(unit).topk(Neighbors).Indices.ToArray<long>();
            for (int i = 0; i < nearest.Length; i++)
                if (trainLabels[nearest[i]] == testLabels[first + i / Neighbors]) right++;
        }
        return (double)right / testLabels.Length / Neighbors;
    }
}
