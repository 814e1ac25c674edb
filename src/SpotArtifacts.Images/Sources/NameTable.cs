using System.Text;

namespace SpotArtifacts.Images.Sources;

/// <summary>Many names in few bytes: UTF-8 in blocks, one offset each; a million names cost no million objects.</summary>
internal sealed class NameTable
{
    private const int BlockSize = 1 << 20;
    private readonly List<byte[]> _blocks = [];
    private readonly List<long> _ends = [];
    private long _end;

    internal int Count => _ends.Count;

    internal string this[int index]
    {
        get
        {
            long from = index == 0 ? 0 : _ends[index - 1], to = _ends[index];
            // A name that would straddle two blocks starts the next one instead.
            if (from / BlockSize != to / BlockSize)
                from = to / BlockSize * BlockSize;
            return Encoding.UTF8.GetString(_blocks[(int)(from / BlockSize)], (int)(from % BlockSize), (int)(to - from));
        }
    }

    internal void Add(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        if (bytes.Length >= BlockSize)
            throw new ArgumentException($"a name of {bytes.Length} bytes is too long");
        // Strictly inside one block, so that an end on a border never hides where a name began.
        if (_end % BlockSize + bytes.Length >= BlockSize)
            _end = (_end / BlockSize + 1) * BlockSize;
        if (_end / BlockSize >= _blocks.Count)
            _blocks.Add(new byte[BlockSize]);
        bytes.CopyTo(_blocks[(int)(_end / BlockSize)], (int)(_end % BlockSize));
        _end += bytes.Length;
        _ends.Add(_end);
    }
}
