using System.Diagnostics;
using System.Globalization;
using SpotArtifacts.Features.Search;

namespace SpotArtifacts.Bench;

/// <summary>
/// What the graph of an index finds of the ten nearest rows, and how long a query takes, beside exact search; one query after the
/// other, rows of the index themselves, which are left out of what they find.
/// </summary>
internal static class ApproximateRecall
{
    private const int Nearest = 10;
    private static readonly int[] s_candidates = [11, 30, 100, 300, 1000];

    /// <summary>Takes an index, and the number of queries (1,000 unless given). Builds the graph where there is none.</summary>
    internal static int Run(string[] args)
    {
        if (args.Length is < 1 or > 2)
        {
            Console.Error.WriteLine("spot-bench recall takes INDEX and the number of queries");
            return 2;
        }
        int queries = args.Length == 2 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1000;
        using FeatureIndex index = FeatureIndex.Open(args[0]);
        if (!File.Exists(ApproximateIndex.PathOf(index)))
        {
            long start = Stopwatch.GetTimestamp();
            string path = ApproximateIndex.Build(index);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Print($"graph of {index.Count} rows of {index.Dimensions}: {seconds:F1} s, {new FileInfo(path).Length / 1e6:F1} MB");
        }
        using ApproximateIndex graph = ApproximateIndex.Open(index);
        int step = Math.Max(1, index.Count / queries);
        int[] rows = [.. Enumerable.Range(0, Math.Min(queries, index.Count)).Select(i => i * step)];
        float[][] vectors = [.. rows.Select(row => index.Rows(row, 1))];
        (int[][] exact, double time) = Time(rows, i => index.Nearest(vectors[i], Nearest + 1, CancellationToken.None).Of(0));
        Print($"exact: {time:F3} ms a query");
        foreach (int candidates in s_candidates)
        {
            (int[][] found, double own) = Time(rows, i => graph.Nearest(vectors[i], Nearest + 1, candidates));
            double recall = exact.Zip(found, (a, b) => a.Intersect(b).Count()).Sum() / (double)(Nearest * rows.Length);
            Print($"{candidates} candidates: recall at {Nearest} {recall:P1}, {own:F3} ms a query");
        }
        return 0;
    }

    private static (int[][] Found, double Milliseconds) Time(int[] rows, Func<int, (float Similarity, int Row)[]> search)
    {
        search(0);
        long start = Stopwatch.GetTimestamp();
        int[][] found =
            [.. rows.Select((row, i) => search(i).Select(hit => hit.Row).Where(hit => hit != row).Take(Nearest).ToArray())];
        return (found, Stopwatch.GetElapsedTime(start).TotalMilliseconds / rows.Length);
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
