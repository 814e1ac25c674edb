using System.Text;

namespace SpotArtifacts.Images.Sources;

/// <summary>Many names in few bytes: UTF-8 in blocks, one offset each; a million names cost no million objects.</summary>
internal sealed class NameTable
{
    private const int BlockSize = 1 << 20;
    private readonly List<byte[]> blocks = [];
    private readonly List<long> ends = [];
    private long end;

    internal int Count => ends.Count;

    internal string this[int index]
    {
        get
        {
            long from = index == 0 ? 0 : ends[index - 1], to = ends[index];
            // A name that would straddle two blocks starts the next one instead.
            if (from / BlockSize != to / BlockSize)
                from = to / BlockSize * BlockSize;
            return Encoding.UTF8.GetString(blocks[(int)(from / BlockSize)], (int)(from % BlockSize), (int)(to - from));
        }
    }

    internal void Add(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        if (bytes.Length >= BlockSize)
            throw new ArgumentException($"a name of {bytes.Length} bytes is too long");
        // Strictly inside one block, so that an end on a border never hides where a name began.
        if (end % BlockSize + bytes.Length >= BlockSize)
            end = (end / BlockSize + 1) * BlockSize;
        if (end / BlockSize >= blocks.Count)
            blocks.Add(new byte[BlockSize]);
        bytes.CopyTo(blocks[(int)(end / BlockSize)], (int)(end % BlockSize));
        end += bytes.Length;
        ends.Add(end);
    }
}
