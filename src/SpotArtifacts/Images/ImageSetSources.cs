using Microsoft.Win32.SafeHandles;

namespace SpotArtifacts.Images;

/// <summary>What an <see cref="ImageSet"/> is put together from: one run of indices per path given.</summary>
internal sealed class ImageSetSources : IDisposable
{
    private readonly List<Source> list = [];
    private int[] labels = [];

    internal NameTable Names { get; } = new();

    internal string[]? ClassNames { get; private set; }

    internal int ClassCount { get; private set; }

    internal int LabelledCount { get; private set; }

    internal int Label(int index) => labels[index];

    internal void Add(string path)
    {
        int first = Names.Count;
        try
        {
            if (Directory.Exists(path))
                AddFolder(path, first);
            else if (!File.Exists(path))
                throw new ImageSetException($"{path}: no such file or folder. Check the spelling and, on a cluster, that it is mounted.");
            else if (ImageFileName.IsTar(path))
                list.Add(new Source(first, TarShard.Open(path, Names), null));
            else
                AddFile(path, first);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ImageSetException($"{path}: cannot be read ({failure.Message}). Check its permissions.", failure);
        }
    }

    /// <summary>Once, after the last path: see the remarks of <see cref="ImageSet"/>.</summary>
    internal void AssignLabels()
    {
        labels = new int[Names.Count];
        Array.Fill(labels, -1);
        bool folders = list.Exists(source => source.Classes is not null);
        bool shards = list.Exists(source => source.Shard is { } shard && Enumerable.Range(0, shard.Count).Any(i => shard.Label(i) >= 0));
        if (folders && !shards)
            AssignClassNames();
        else if (shards && !folders)
            foreach (Source source in list)
                for (int i = 0; i < (source.Shard?.Count ?? 0); i++)
                    labels[source.First + i] = source.Shard!.Label(i);
        LabelledCount = labels.Count(label => label >= 0);
        ClassCount = ClassNames?.Length ?? labels.Max() + 1;
    }

    /// <summary>Size in bytes of an encoded image and, if it lies in a shard, where.</summary>
    internal int Length(int index, out TarShard? shard, out int entry)
    {
        Source source = Find(index);
        shard = source.Shard;
        entry = index - source.First;
        if (shard is not null)
            return shard.Length(entry);
        long length = new FileInfo(Names[index]).Length;
        return length <= Array.MaxLength ? (int)length : throw new IOException("the file is too large");
    }

    internal static bool TryReadFile(string path, Span<byte> buffer)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        return TarReader.ReadFully(file, buffer, 0) == buffer.Length;
    }

    public void Dispose()
    {
        foreach (Source source in list)
            source.Shard?.Dispose();
    }

    private void AddFolder(string path, int first)
    {
        List<string> relative = ImageFolder.List(path);
        if (relative.Count == 0)
            throw EmptyFolder(path);
        foreach (string name in relative)
            Names.Add(Path.Combine(path, name));
        list.Add(new Source(first, null, ImageFolder.Classes(relative)));
    }

    private void AddFile(string path, int first)
    {
        if (!ImageFileName.IsImage(path))
            throw new ImageSetException(
                $"{path}: neither an image (.jpg, .jpeg, .png) nor a shard (.tar) by its name. Rename or leave it out.");
        Names.Add(path);
        list.Add(new Source(first, null, null));
    }

    private static ImageSetException EmptyFolder(string path)
    {
        if (File.Exists(Path.Combine(path, ImageFolder.RunMarker)))
            return new ImageSetException($"{path}: this is the output folder of a run, not a folder of images. Name the images' folder.");
        int shards = Directory.EnumerateFiles(path, "*.tar").Count();
        return new ImageSetException(shards > 0
            ? $"{path}: the folder holds no image but {shards} .tar file(s). Name the shards themselves, as in {Path.Combine(path, "*.tar")}."
            : $"{path}: the folder and its sub-folders hold no image. Expected are files ending in .jpg, .jpeg or .png (any case).");
    }

    private void AssignClassNames()
    {
        ClassNames = [.. list.SelectMany(source => source.Classes ?? []).Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, int> index = [];
        for (int i = 0; i < ClassNames.Length; i++)
            index[ClassNames[i]] = i;
        foreach (Source source in list)
            for (int i = 0; i < (source.Classes?.Length ?? 0); i++)
                labels[source.First + i] = index[source.Classes![i]];
    }

    private Source Find(int index)
    {
        int low = 0, high = list.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = list[middle].First <= index ? (middle, high) : (low, middle - 1);
        }
        return list[low];
    }

    private sealed record Source(int First, TarShard? Shard, string[]? Classes);
}
