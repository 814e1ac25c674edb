namespace SpotArtifacts.Images.Scanning;

/// <summary>
/// Groups images by their perceptual hashes without comparing all pairs. Hashes that differ in at most 7 of 64 signs agree in one
/// of four 16-sign bands but for at most one sign (pigeonhole), so each band with each of its 17 neighbours is looked up.
/// </summary>
internal static class DuplicateSearch
{
    /// <summary>Largest number of differing signs of near duplicates.</summary>
    public const int MaxDistance = 6;

    /// <summary>Largest mean difference of their thumbnails, of 255.</summary>
    public const double MaxThumbnailDifference = 6;

    private const int Bands = 4, BandBits = 16;

    // Blank images share their bands by the thousand; each is then compared with the first so many only, which joins them all.
    private const int MaxCandidates = 256;

    /// <summary>Groups of two or more near duplicates.</summary>
    /// <param name="hashes">One for each image; null where there is none.</param>
    /// <param name="cancellation">Stops between images.</param>
    /// <returns>Ascending indices, groups in order of their first.</returns>
    public static IReadOnlyList<int[]> Near(IReadOnlyList<PerceptualHash?> hashes, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        int[] parent = [.. Enumerable.Range(0, hashes.Count)];
        for (int band = 0; band < Bands; band++)
        {
            Dictionary<ushort, List<int>> table = [];
            for (int i = 0; i < hashes.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (hashes[i] is not { } hash)
                    continue;
                ushort key = (ushort)(hash.Signs >> band * BandBits);
                for (int flip = -1; flip < BandBits; flip++)
                    if (table.TryGetValue((ushort)(flip < 0 ? key : key ^ 1 << flip), out List<int>? candidates))
                        Join(hashes, parent, i, hash, candidates);
                if (!table.TryGetValue(key, out List<int>? bucket))
                    table[key] = bucket = [];
                bucket.Add(i);
            }
        }
        return Groups(parent);
    }

    /// <summary>Groups of equal keys, in order of their first.</summary>
    public static IReadOnlyList<int[]> Exact<T>(IReadOnlyList<T?> keys)
        where T : struct => [.. keys
            .Select((key, index) => (key, index)).Where(item => item.key is not null).GroupBy(item => item.key!.Value)
            .Select(group => group.Select(item => item.index).ToArray()).Where(group => group.Length > 1)
            .OrderBy(group => group[0])];

    private static void Join(
        IReadOnlyList<PerceptualHash?> hashes, int[] parent, int index, PerceptualHash hash, List<int> candidates)
    {
        int count = Math.Min(candidates.Count, MaxCandidates);
        for (int c = 0; c < count; c++)
        {
            PerceptualHash other = hashes[candidates[c]]!.Value;
            if (hash.Distance(other) <= MaxDistance && hash.ThumbnailDifference(other) <= MaxThumbnailDifference)
                parent[Root(parent, index)] = Root(parent, candidates[c]);
        }
    }

    private static int Root(int[] parent, int index)
    {
        while (parent[index] != index)
            index = parent[index] = parent[parent[index]];
        return index;
    }

    private static List<int[]> Groups(int[] parent) =>
        [.. Enumerable.Range(0, parent.Length).GroupBy(index => Root(parent, index)).Where(group => group.Skip(1).Any())
            .Select(group => group.Order().ToArray()).OrderBy(group => group[0])];
}
