using System.Globalization;

namespace SpotArtifacts.Bench;

/// <summary>What lies between ranks.</summary>
/// <param name="Latency">Seconds of one exchange of nothing between two ranks.</param>
/// <param name="Bandwidth">Bytes a second that one rank sends.</param>
internal sealed record RankLink(double Latency, double Bandwidth);

/// <summary>
/// A model of a step on many ranks: computing, which each does as if it were alone, and sums over all of them, none of which is
/// hidden behind the computing. A sum of V bytes over N ranks takes 2 log2(N) latencies, as in a tree, and sends 2 (N - 1) / N V bytes
/// from each rank, as in a ring: a little less than either alone would need, as libraries that choose between them come to.
/// </summary>
/// <param name="Compute">Seconds of a step on one rank.</param>
/// <param name="Sums">Bytes of each sum of a step.</param>
/// <param name="Link">Between ranks.</param>
internal sealed record RankModel(double Compute, IReadOnlyList<double> Sums, RankLink Link)
{
    /// <summary>Seconds of one sum.</summary>
    internal double Sum(double bytes, int ranks) => ranks == 1 ? 0
        : 2 * Math.Ceiling(Math.Log2(ranks)) * Link.Latency + 2.0 * (ranks - 1) / ranks * bytes / Link.Bandwidth;

    /// <summary>Seconds of a step.</summary>
    internal double Step(int ranks) => Compute + Sums.Sum(bytes => Sum(bytes, ranks));

    /// <summary>A table over numbers of ranks, in Markdown.</summary>
    /// <param name="batch">Images of a step on each rank.</param>
    /// <param name="images">Of one pass.</param>
    internal IEnumerable<string> Table(int batch, double images)
    {
        yield return "| ranks | global batch | step, ms | of it sums, ms | images/s | of perfect | hours for a pass |";
        yield return "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |";
        foreach (int ranks in (int[])[1, 2, 8, 16, 64, 128, 256, 512, 1000])
        {
            double step = Step(ranks), rate = (double)batch * ranks / step;
            yield return string.Create(CultureInfo.InvariantCulture,
                $"| {ranks} | {batch * ranks} | {1000 * step:F2} | {1000 * (step - Compute):F2} | {rate:F0} | "
                + $"{Compute / step:P1} | {images / rate / 3600:F2} |");
        }
    }
}
