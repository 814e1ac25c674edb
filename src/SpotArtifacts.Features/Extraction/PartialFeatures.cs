using System.Text;
using System.Text.Json;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Features.Extraction;

/// <summary>
/// A file of features that is being written, and its position: what is behind the position is written again after a kill.
/// </summary>
internal sealed class PartialFeatures : IDisposable
{
    private static readonly JsonSerializerOptions s_json =
        new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly string _path;
    private readonly FeatureWriter _writer;
    private readonly FileStream _rows;
    private readonly FileStream? _names;
    private readonly string _request;

    private PartialFeatures(
        string path, FeatureWriter writer, string request, FileStream rows, FileStream? names, Position position)
    {
        (_path, _writer, _request, _rows, _names) = (path, writer, request, rows, names);
        (NextImage, Rows) = (position.NextImage, position.Rows);
    }

    /// <summary>First image that is not yet in the file.</summary>
    internal int NextImage { get; private set; }

    /// <summary>Rows in the file.</summary>
    internal long Rows { get; private set; }

    /// <summary>Begins a file, or continues one.</summary>
    /// <param name="path">The finished file.</param>
    /// <param name="writer">Of its format.</param>
    /// <param name="request">What is being computed; a partial file of something else is refused.</param>
    /// <param name="withNames">Whether the names stand in a file of their own.</param>
    /// <param name="resume">Whether a partial file may be continued.</param>
    internal static PartialFeatures Open(string path, FeatureWriter writer, string request, bool withNames, bool resume)
    {
        path = Path.GetFullPath(path);
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            throw new SpotException($"{path}: there is no folder {Path.GetDirectoryName(path)}");
        Position? position = ReadPosition(path, request, resume);
        if (position is null && File.Exists(path))
            throw new SpotException($"{path} exists already and is never overwritten; delete it, or name another file");
        FileStream rows = OpenAt(Partial(path), position?.RowBytes ?? 0);
        FileStream? names = withNames ? OpenAt(Partial(FeatureFiles.NamesOf(path)), position?.NameBytes ?? 0) : null;
        PartialFeatures partial = new(path, writer, request, rows, names, position ?? new Position(request, 0, 0, 0, 0));
        if (position is null)
        {
            rows.Write(writer.Head(0));
            partial.Save();
        }
        return partial;
    }

    /// <summary>Appends rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="set">Where their images are from.</param>
    internal void Append(FeatureRows rows, ImageSet set)
    {
        (string Name, int Label)[] images = [.. rows.Indices.Select(index => (set.Name(index), set.Label(index)))];
        string folder = Path.GetDirectoryName(_path)!;
        _writer.Append(_rows, rows.Values, images);
        if (_names is not null)
        {
            StringBuilder lines = new();
            foreach ((string name, int label) in rows.Indices.Select(i => (set.ListedName(i, folder), set.Label(i))))
                lines.Append(OneLine(name)).Append(label < 0 ? "" : $"\t{label}").Append('\n');
            _names.Write(Encoding.UTF8.GetBytes(lines.ToString()));
        }
        NextImage = rows.Next;
        Rows += images.Length;
    }

    /// <summary>Puts on the disk what is in the files, then says so.</summary>
    internal void Save()
    {
        _rows.Flush(flushToDisk: true);
        _names?.Flush(flushToDisk: true);
        Position position = new(_request, NextImage, Rows, _rows.Position, _names?.Position ?? 0);
        AtomicFile.Write(PositionOf(_path), JsonSerializer.SerializeToUtf8Bytes(position, s_json));
    }

    /// <summary>
    /// Puts the number of rows into the head and the files into their places, the names first: who sees the rows sees them too.
    /// </summary>
    /// <param name="cancellation">Stops before that; the position is saved.</param>
    internal void Finish(CancellationToken cancellation)
    {
        _rows.Position = 0;
        _rows.Write(_writer.Head(Rows));
        _rows.Position = _rows.Length;
        Save();
        _rows.Position = 0;
        string whole = Partial(_path);
        if (_writer.Conversion(_rows, Rows, cancellation) is { } conversion)
            AtomicFile.Write(whole = Converted(_path), conversion);
        Dispose();
        if (_names is not null)
            File.Move(Partial(FeatureFiles.NamesOf(_path)), FeatureFiles.NamesOf(_path), overwrite: true);
        File.Move(whole, _path);
        File.Delete(PositionOf(_path));
        File.Delete(Partial(_path));
    }

    /// <summary>Removes all that was written.</summary>
    internal void Discard()
    {
        Dispose();
        File.Delete(Partial(_path));
        File.Delete(Partial(FeatureFiles.NamesOf(_path)));
        File.Delete(PositionOf(_path));
    }

    /// <summary>A name as it stands in a list of names.</summary>
    internal static string OneLine(string name) => name.ReplaceLineEndings(" ").Replace('\t', ' ');

    public void Dispose()
    {
        _rows.Dispose();
        _names?.Dispose();
    }

    private static string Partial(string path) => path + ".partial";

    private static string Converted(string path) => path + ".partial.whole";

    private static string PositionOf(string path) => path + ".partial.json";

    private static Position? ReadPosition(string path, string request, bool resume)
    {
        string file = PositionOf(path);
        if (!File.Exists(file) || !File.Exists(Partial(path)))
        {
            // Killed between the last rename and the end, where the file is whole, or before the first row.
            File.Delete(file);
            return null;
        }
        if (!resume)
            throw new SpotException($"{Partial(path)} is there already: continue it with --resume, or delete it and {file}");
        Position position;
        try
        {
            position = JsonSerializer.Deserialize<Position>(File.ReadAllBytes(file), s_json) ?? throw new JsonException("empty");
        }
        catch (JsonException e)
        {
            throw new SpotException($"{file}: {e.Message}; delete it and {Partial(path)}, and begin anew", e);
        }
        if (position.Request != request)
            throw new SpotException(
                $"{Partial(path)} is of other images or features, delete it and {file} to begin anew:\n  it has   "
                + $"{position.Request}\n  asked is {request}");
        // Killed between the renames of a finished file: the names are in their place, and go back to where they are expected.
        string names = FeatureFiles.NamesOf(path);
        if (position.NameBytes > 0 && !File.Exists(Partial(names)) && File.Exists(names))
            File.Move(names, Partial(names));
        return position;
    }

    private static FileStream OpenAt(string path, long length)
    {
        if (length > 0 && !File.Exists(path))
            throw new SpotException($"{path} is not there any more; delete what is left of the partial file and begin anew");
        FileStream stream = new(
            path, length == 0 ? FileMode.Create : FileMode.Open, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
        if (stream.Length < length)
        {
            stream.Dispose();
            throw new SpotException($"{path} has {stream.Length} bytes, its position says {length}; delete it and begin anew");
        }
        stream.SetLength(length);
        stream.Position = length;
        return stream;
    }

    private sealed record Position(string Request, int NextImage, long Rows, long RowBytes, long NameBytes);
}
