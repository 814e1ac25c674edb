namespace SpotArtifacts.Studio.Runs;

/// <summary>
/// Reads what has been added to <c>metrics.jsonl</c> since the last time. A resumed run drops what was written after its checkpoint:
/// the file is then read anew.
/// </summary>
internal sealed class MetricsTail
{
    // What was read last, so that another file of the same name is told from a longer one.
    private const int MarkBytes = 128;

    private long _position;
    private byte[] _mark = [];

    /// <summary>Bytes that were taken in all.</summary>
    internal long Position => _position;

    /// <summary>Hands on every whole line that is new.</summary>
    /// <param name="path">The file.</param>
    /// <param name="restart">Called before the lines when the file is another one.</param>
    /// <param name="take">Called for each line.</param>
    internal void Read(string path, Action restart, Action<MetricsLine> take)
    {
        using FileStream file = Open(path);
        if (!IsSame(file))
        {
            (_position, _mark) = (0, []);
            restart();
        }
        file.Position = _position;
        byte[] buffer = new byte[1 << 16];
        int kept = 0;
        for (int read; (read = file.Read(buffer, kept, buffer.Length - kept)) > 0;)
        {
            int filled = kept + read;
            kept = filled - TakeLines(buffer.AsSpan(0, filled), take);
            buffer.AsSpan(filled - kept, kept).CopyTo(buffer);
            if (kept == buffer.Length)
                Array.Resize(ref buffer, 2 * buffer.Length);
        }
    }

    /// <summary>The last whole line of a file, without reading the rest; null without one.</summary>
    internal static MetricsLine? LastOf(string path)
    {
        using FileStream file = Open(path);
        byte[] end = new byte[Math.Min(file.Length, 1 << 14)];
        file.Position = file.Length - end.Length;
        file.ReadExactly(end);
        ReadOnlySpan<byte> rest = end.AsSpan(0, end.AsSpan().LastIndexOf((byte)'\n') + 1).TrimEnd((byte)'\n');
        return rest.IsEmpty ? null : MetricsLine.Parse(rest[(rest.LastIndexOf((byte)'\n') + 1)..]);
    }

    // A training may write, replace or delete it meanwhile.
    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);

    private bool IsSame(FileStream file)
    {
        if (file.Length < _position)
            return false;
        byte[] now = new byte[_mark.Length];
        file.Position = _position - now.Length;
        return file.ReadAtLeast(now, now.Length, throwOnEndOfStream: false) == now.Length && now.AsSpan().SequenceEqual(_mark);
    }

    private int TakeLines(ReadOnlySpan<byte> bytes, Action<MetricsLine> take)
    {
        int done = 0;
        for (int length; (length = bytes[done..].IndexOf((byte)'\n')) >= 0; done += length + 1)
            if (MetricsLine.Parse(bytes.Slice(done, length)) is { } line)
                take(line);
        if (done > 0)
            _mark = [.. bytes[Math.Max(0, done - MarkBytes)..done]];
        _position += done;
        return done;
    }
}
