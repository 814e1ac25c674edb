using System.Globalization;
using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Scanning;

namespace SpotArtifacts.Bench;

/// <summary>
/// What `spot duplicates` finds crops by, apart: how often features place a planted crop among the first k of its original (or
/// the other way
/// round), by layer and pooling; and how well grey values fit, for planted crops and for the most similar images that are none.
/// </summary>
internal static class CropCandidates
{
    private static readonly int[] s_ranks = [1, 4, 8, 16, 32, 64];

    /// <summary>WEIGHTS FOLDER: a folder made by bench/plant_duplicates.py.</summary>
    internal static int Run(string weights, string folder)
    {
        using ImageSet set = ImageSet.Open([Path.Combine(folder, "images")]);
        Dictionary<string, int> byName = Enumerable.Range(0, set.Count).ToDictionary(i => Path.GetFileName(set.Name(i)));
        (int Original, int Copy)[] crops =
            [.. File.ReadLines(Path.Combine(folder, "truth.tsv")).Select(line => line.Split('\t'))
                .Where(parts => parts[0] == "cropped").Select(parts => (byName[parts[1]], byName[parts[2]]))];
        GreyPicture[] pictures = [.. Enumerable.Range(0, set.Count).Select(i => GreyPicture.Of(set.Load(i)))];
        PrintFits("planted crops", crops.Select(pair => PartialMatching.Find(pictures[pair.Original], pictures[pair.Copy])));
        bool strangersShown = false;
        foreach (FeatureLayer layer in FeatureLayers.All.Skip(1))
            foreach (FeaturePooling pooling in (FeaturePooling[])[FeaturePooling.Mean, FeaturePooling.Max, FeaturePooling.Grid])
            {
                using SpotModel model = ExportOnDemand.OpenModel(
                    weights, new SpotModelOptions { Layer = layer, Pooling = pooling });
                string path = Path.GetTempFileName();
                File.Delete(path);
                FeatureIndexBuilder.Build(model, set, new FeatureIndexOptions { Path = path, Sources = [] });
                using FeatureIndex index = FeatureIndex.Open(path);
                int[] ranks =
                    [.. crops.Select(pair =>
                        Math.Min(Rank(index, pair.Original, pair.Copy), Rank(index, pair.Copy, pair.Original)))];
                IEnumerable<string> shares = s_ranks.Select(k =>
                    FormattableString.Invariant($"first {k}: {100.0 * ranks.Count(rank => rank <= k) / ranks.Length:F1} %"));
                Console.WriteLine($"{layer.Name()} {pooling,-5} {string.Join("   ", shares)}");
                if (!strangersShown)
                    PrintFits("most similar strangers", Strangers(index, crops, pictures));
                strangersShown = true;
                File.Delete(path);
            }
        return 0;
    }

    private static int Rank(FeatureIndex index, int query, int wanted)
    {
        (float Similarity, int Row)[] nearest = index.Nearest(index.Rows(query, 1), s_ranks[^1] + 1, default).Of(0);
        int at = Array.FindIndex([.. nearest.Where(hit => hit.Row != query)], hit => hit.Row == wanted);
        return at < 0 ? int.MaxValue : at + 1;
    }

    private static IEnumerable<PartialMatch?> Strangers(
        FeatureIndex index, (int Original, int Copy)[] crops, GreyPicture[] pictures) =>
        from pair in crops
        from hit in index.Nearest(index.Rows(pair.Original, 1), 17, default).Of(0)
        where hit.Row != pair.Original && hit.Row != pair.Copy
        select PartialMatching.Find(pictures[pair.Original], pictures[hit.Row]);

    private static void PrintFits(string what, IEnumerable<PartialMatch?> matches)
    {
        PartialMatch?[] all = [.. matches];
        double[] correlations = [.. all.OfType<PartialMatch>().Select(match => match.Correlation).Order()],
            differences = [.. all.OfType<PartialMatch>().Select(match => match.Difference).Order()];
        string At(double[] sorted) =>
            string.Join(' ',
                ((double[])[0, 0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 1]).Select(q =>
                sorted[(int)(q * (sorted.Length - 1))].ToString("F3", CultureInfo.InvariantCulture)));
        Console.WriteLine($"{what}: {all.Length}, no fit possible {all.Count(match => match is null)}");
        Console.WriteLine($"  correlation at 0 2 5 10 25 50 75 95 99 99.9 100 %: {At(correlations)}");
        Console.WriteLine($"  difference: {At(differences)}");
        foreach (double least in (double[])[0.85, 0.9, 0.92, 0.94, 0.95, 0.96])
        {
            IEnumerable<int> accepted = ((double[])[10, 15, 20]).Select(most =>
                all.Count(match => match is { } m && m.Correlation >= least && m.Difference <= most));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  accepted at correlation {least:F2}, difference 10 / 15 / 20: {string.Join(" / ", accepted)}"));
        }
    }
}
