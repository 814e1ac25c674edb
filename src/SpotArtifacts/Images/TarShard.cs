using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace SpotArtifacts.Images;

/// <summary>The samples of one WebDataset shard: offsets into the archive, which stays open for positional reads.</summary>
internal sealed class TarShard : IDisposable
{
    private readonly SafeFileHandle file;
    private readonly List<long> offsets = [];
    private readonly List<int> lengths = [];
    private readonly List<int> labels = [];

    private TarShard(SafeFileHandle file) => this.file = file;

    internal int Count => offsets.Count;

    /// <summary>Reads the shard's index; adds "shard.tar:entry" per image to <paramref name="names"/>.</summary>
    /// <exception cref="ImageSetException">Damaged archive, label that is no number, or no image at all.</exception>
    internal static TarShard Open(string path, NameTable names)
    {
        TarShard shard = new(File.OpenHandle(path, options: FileOptions.RandomAccess));
        try
        {
            shard.ReadIndex(new TarReader(shard.file, path), Path.GetFileName(path), names);
            if (shard.Count == 0)
                throw new ImageSetException($"{path}: the shard holds no image. Its entries must be named KEY.jpg, KEY.jpeg or KEY.png.");
            return shard;
        }
        catch
        {
            shard.Dispose();
            throw;
        }
    }

    internal int Label(int index) => labels[index];

    internal int Length(int index) => lengths[index];

    /// <summary>Fills the buffer, whose length is the image's; false when the archive has become shorter.</summary>
    internal bool TryRead(int index, Span<byte> buffer) => TarReader.ReadFully(file, buffer, offsets[index]) == buffer.Length;

    public void Dispose() => file.Dispose();

    private void ReadIndex(TarReader tar, string shardName, NameTable names)
    {
        Dictionary<string, int> images = [], pendingLabels = [];
        foreach (TarEntry entry in tar.Entries())
        {
            if (!SplitName(entry.Name, out string key, out string extension))
                continue;
            if (extension == "cls")
            {
                int label = ReadLabel(tar, entry);
                if (images.TryGetValue(key, out int sample))
                    labels[sample] = label;
                else
                    pendingLabels[key] = label;
            }
            else if (ImageFileName.IsImageExtension(extension))
            {
                if (!images.TryAdd(key, Count))
                    throw tar.Damaged(entry.Offset, $"two images share the name '{key}'");
                if (entry.Length > Array.MaxLength)
                    throw tar.Damaged(entry.Offset, $"'{entry.Name}' is too large");
                offsets.Add(entry.Offset);
                lengths.Add((int)entry.Length);
                labels.Add(pendingLabels.Remove(key, out int label) ? label : -1);
                names.Add($"{shardName}:{entry.Name}");
            }
        }
    }

    /// <summary>Folder and base name up to its first dot are the sample's key, the rest says what the file is.</summary>
    private static bool SplitName(string name, out string key, out string extension)
    {
        int dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        bool named = dot > name.LastIndexOf('/') + 1; // hidden files have no name before the dot
        key = named ? name[..dot] : "";
        extension = named ? name[(dot + 1)..].ToLowerInvariant() : "";
        return named;
    }

    private static int ReadLabel(TarReader tar, TarEntry entry)
    {
        if (entry.Length <= 32)
        {
            string text = Encoding.ASCII.GetString(tar.ReadExactly(entry.Offset, (int)entry.Length, "truncated label")).Trim();
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int label))
                return label;
        }
        throw tar.Damaged(entry.Offset, $"label '{entry.Name}' is not a whole number of 0 or more in ASCII digits");
    }
}
