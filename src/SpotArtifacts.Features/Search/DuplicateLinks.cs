namespace SpotArtifacts.Features.Search;

/// <summary>Which images belong together, and why. Thread-safe.</summary>
internal sealed class DuplicateLinks
{
    private readonly int[] _parent;
    private readonly DuplicateKind[] _kind;
    private readonly Lock _gate = new();

    internal DuplicateLinks(int count)
    {
        _parent = [.. Enumerable.Range(0, count)];
        _kind = new DuplicateKind[count];
    }

    /// <summary>Whether two images are in one group already.</summary>
    internal bool AreJoined(int one, int other)
    {
        lock (_gate)
            return Root(one) == Root(other);
    }

    /// <summary>Makes one group of images and of all that they are joined with.</summary>
    internal void Join(IReadOnlyList<int> images, DuplicateKind kind)
    {
        lock (_gate)
            foreach (int image in images)
            {
                (int root, int other) = (Root(images[0]), Root(image));
                if (root == other)
                    continue;
                _parent[other] = root;
                _kind[root] = Weakest(kind, Weakest(_kind[root], _kind[other]));
            }
    }

    /// <summary>Groups of two or more images, in order of their first image.</summary>
    /// <param name="rank">Smallest first within a group, equal ones in the set's order.</param>
    internal IReadOnlyList<DuplicateGroup> Groups(Func<int, long> rank)
    {
        lock (_gate)
            return [.. Enumerable.Range(0, _parent.Length).GroupBy(Root).Where(group => group.Skip(1).Any())
                .OrderBy(group => group.Min()).Select(group => new DuplicateGroup([.. group.OrderBy(rank)], _kind[group.Key]))];
    }

    private static DuplicateKind Weakest(DuplicateKind one, DuplicateKind other) => one > other ? one : other;

    private int Root(int image)
    {
        while (_parent[image] != image)
            image = _parent[image] = _parent[_parent[image]];
        return image;
    }
}
