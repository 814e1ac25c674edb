using System.Text.Json;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Images.Sources;

namespace SpotArtifacts.Images.Packing;

/// <summary>
/// A pixel file that is being written: FILE.partial with the pixels so far and FILE.partial.json with how far they are to be
/// trusted. What was written behind the last saved state is cut off when the pack goes on; FILE itself appears only when it is
/// whole.
/// </summary>
internal sealed class PartialPack : IDisposable
{
    /// <summary>What the names of the two files end in, the second with .json behind it.</summary>
    internal const string Extension = ".partial";

    // A state of a large set is a megabyte: rarely enough not to matter, often enough to lose little.
    private const int ImagesBetweenSaves = 16_384;

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    private readonly string _path, _digest;
    private readonly int _side;
    private readonly List<uint> _checksums;
    private readonly List<int> _skippedIndices;
    private readonly List<SkippedImage> _skipped;
    private uint _open; // checksum of the block that is not full yet
    private int _good, _saved;

    private PartialPack(string path, State state, FileStream stream)
    {
        (_path, _digest, _side, Stream) = (path, state.SetDigest, state.Side, stream);
        (Looked, _good, _saved, _open) = (state.Looked, state.Looked - state.Skipped.Count, state.Looked, state.OpenChecksum);
        _checksums = [.. state.Checksums];
        _skippedIndices = [.. state.SkippedIndices];
        _skipped = [.. state.Skipped];
    }

    /// <summary>The pixels so far, behind room for a header; at its end.</summary>
    internal FileStream Stream { get; }

    /// <summary>Images of the set that are done.</summary>
    internal int Looked { get; private set; }

    /// <summary>Damaged ones among them.</summary>
    internal IReadOnlyList<SkippedImage> Skipped => _skipped;

    /// <summary>Begins a pack, or goes on with the one that lies there.</summary>
    /// <exception cref="SpotException">It is of other images or another size, damaged, or being written by another
    /// process.</exception>
    internal static PartialPack Open(ImageSet set, string path, int side)
    {
        string digest = SetDigest.Of(set);
        State state = File.Exists(StatePath(path)) ? Read(StatePath(path)) : new State(digest, side, 0, [], 0, [], []);
        if (state.SetDigest != digest || state.Side != side || state.Looked > set.Count)
            throw new SpotException(
                $"{StatePath(path)} is of other images or another size than {side}; " +
                "delete it to begin anew, or name another file");
        FileStream stream = OpenPixels(path + Extension);
        try
        {
            PartialPack partial = new(path, state, stream);
            long length = PackedFormat.HeaderLength + 3L * side * side * partial._good;
            if (state.Looked > 0 && stream.Length < length)
                throw new SpotException($"{path + Extension} is shorter than {StatePath(path)} says; delete both to begin anew");
            stream.SetLength(length);
            stream.Position = length;
            return partial;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Adds the pixels of the next image.</summary>
    internal void Add(byte[] pixels)
    {
        Stream.Write(pixels);
        _open = Crc32C.Append(_open, pixels);
        if (++_good % PackedFormat.BlockImages == 0)
        {
            _checksums.Add(_open);
            _open = 0;
        }
        Advance();
    }

    /// <summary>Leaves the next image out.</summary>
    internal void Skip(string name, string reason)
    {
        _skippedIndices.Add(Looked);
        _skipped.Add(new SkippedImage(name, reason));
        Advance();
    }

    /// <summary>Makes sure that the pack can go on from here.</summary>
    internal void Save()
    {
        Stream.Flush(flushToDisk: true);
        AtomicFile.Write(
            StatePath(_path),
            JsonSerializer.SerializeToUtf8Bytes(
                new State(_digest, _side, Looked, _checksums, _open, _skippedIndices, _skipped), s_json));
        _saved = Looked;
    }

    /// <summary>Indices of the images whose pixels are there.</summary>
    internal int[] Good() => [.. Enumerable.Range(0, Looked).Except(_skippedIndices)];

    /// <summary>A checksum for each block, the last one perhaps not full.</summary>
    internal IReadOnlyList<uint> Checksums() => _good % PackedFormat.BlockImages == 0 ? _checksums : [.. _checksums, _open];

    /// <summary>Turns the finished stream into the file.</summary>
    internal void Finish()
    {
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        File.Move(_path + Extension, _path);
        File.Delete(StatePath(_path));
    }

    /// <summary>Leaves nothing.</summary>
    internal void Discard()
    {
        Stream.Dispose();
        File.Delete(_path + Extension);
        File.Delete(StatePath(_path));
    }

    public void Dispose() => Stream.Dispose();

    private static string StatePath(string path) => path + Extension + ".json";

    private void Advance()
    {
        if (++Looked - _saved >= ImagesBetweenSaves)
            Save();
    }

    private static FileStream OpenPixels(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1 << 16);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SpotException($"{path}: {failure.Message} Is another pack writing it?", failure);
        }
    }

    private static State Read(string path)
    {
        try
        {
            State state = JsonSerializer.Deserialize<State>(File.ReadAllBytes(path), s_json)
                ?? throw new JsonException("it is empty");
            int good = state.Looked - state.Skipped.Count;
            bool agrees = state.Looked >= 0 && good >= 0 && state.Checksums.Count == good / PackedFormat.BlockImages
                && state.SkippedIndices.Count == state.Skipped.Count;
            return agrees ? state : throw new JsonException("its numbers do not agree");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new SpotException($"{path}: {failure.Message}; delete it to begin anew", failure);
        }
    }

    private sealed record State(
        string SetDigest, int Side, int Looked, IReadOnlyList<uint> Checksums, uint OpenChecksum,
        IReadOnlyList<int> SkippedIndices, IReadOnlyList<SkippedImage> Skipped);
}
