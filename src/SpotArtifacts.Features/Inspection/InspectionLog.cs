using System.Text.Json;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Inspection;

/// <summary>One image of an inspection, as a line of <c>inspection.jsonl</c> holds it.</summary>
/// <param name="Name">What the user knows the image by.</param>
/// <param name="Found">What was found; null for a damaged image.</param>
/// <param name="Error">Why it could not be inspected; null for a good one.</param>
internal sealed record InspectedImage(string Name, ImageInspection? Found, string? Error);

/// <summary>
/// <c>inspection.jsonl</c>: one JSON object for each image, in the set's order, appended as they come. What a killed run left
/// of a last line is cut off, and the next run goes on behind the last whole one. Only scores and places of lines stay in
/// memory.
/// </summary>
internal sealed class InspectionLog : IDisposable
{
    private readonly FileStream _stream;
    private readonly List<(float Score, long Offset)> _lines = [];

    /// <summary>Opens or makes the file and reads what is there.</summary>
    /// <exception cref="SpotException">A line is not one of an inspection.</exception>
    internal InspectionLog(string path)
    {
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
        try
        {
            Recover(path);
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>Number of images inspected so far, damaged ones included.</summary>
    internal int Count => _lines.Count;

    /// <summary>Damaged ones among them.</summary>
    internal int Damaged => _lines.Count(line => float.IsNaN(line.Score));

    /// <summary>Adds images behind the others; they are on their way to the disk when this returns.</summary>
    internal void Append(IEnumerable<InspectedImage> images)
    {
        _stream.Seek(0, SeekOrigin.End);
        foreach (InspectedImage image in images)
        {
            _lines.Add((image.Found?.Repaired ?? float.NaN, _stream.Position));
            _stream.Write(ToJson(image));
            _stream.WriteByte((byte)'\n');
        }
        _stream.Flush();
    }

    /// <summary>Reads an image's line.</summary>
    internal InspectedImage Read(int index)
    {
        _stream.Seek(_lines[index].Offset, SeekOrigin.Begin);
        return FromJson(ReadLine()!);
    }

    /// <summary>The good images, the most suspicious first; ties in the set's order.</summary>
    internal int[] Ranking()
    {
        int[] order = [.. Enumerable.Range(0, Count).Where(i => !float.IsNaN(_lines[i].Score))];
        float[] scores = [.. order.Select(i => -_lines[i].Score)];
        // Array.Sort is not stable: the index breaks ties.
        Array.Sort([.. scores.Zip(order)], order);
        return order;
    }

    public void Dispose() => _stream.Dispose();

    private void Recover(string path)
    {
        long offset = 0;
        while (ReadLine() is { } line)
        {
            try
            {
                _lines.Add((FromJson(line).Found?.Repaired ?? float.NaN, offset));
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw new SpotException(
                    $"{path}: line {_lines.Count + 1} is not one of an inspection ({e.Message}); delete the file to begin anew",
                    e);
            }
            offset = _stream.Position;
        }
        _stream.SetLength(offset);
    }

    // Null where no whole line follows.
    private byte[]? ReadLine()
    {
        using var line = new MemoryStream();
        for (int value; (value = _stream.ReadByte()) >= 0;)
        {
            if (value == '\n')
                return line.ToArray();
            line.WriteByte((byte)value);
        }
        return null;
    }

    private static byte[] ToJson(InspectedImage image)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("name", image.Name);
            if (image.Error is not null)
                json.WriteString("error", image.Error);
            if (image.Found is { } found)
                Write(json, found);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, ImageInspection found)
    {
        json.WriteNumber("repaired", found.Repaired);
        json.WriteNumber("whole", found.Whole);
        json.WriteStartArray("window");
        foreach (double share in (double[])[found.Window.X, found.Window.Y, found.Window.Width, found.Window.Height])
            json.WriteNumberValue(Math.Round(share, 4));
        json.WriteEndArray();
        if (found.Map is not { } map)
            return;
        json.WriteNumber("mean_damage", Math.Round(map.Mean, 4));
        json.WriteNumber("rows", map.Rows);
        json.WriteNumber("columns", map.Columns);
        json.WriteStartArray("map");
        foreach (float value in map.Values)
            json.WriteNumberValue(Math.Round(value, 3));
        json.WriteEndArray();
    }

    private static InspectedImage FromJson(byte[] line)
    {
        using var document = JsonDocument.Parse(line);
        JsonElement json = document.RootElement;
        string name = json.GetProperty("name").GetString()!;
        if (json.TryGetProperty("error", out JsonElement error))
            return new InspectedImage(name, null, error.GetString());
        double[] window = [.. json.GetProperty("window").EnumerateArray().Select(share => share.GetDouble())];
        DamageMap? map = json.TryGetProperty("map", out JsonElement values)
            ? new DamageMap(json.GetProperty("rows").GetInt32(), json.GetProperty("columns").GetInt32(),
                [.. values.EnumerateArray().Select(value => value.GetSingle())])
            : null;
        var box = new SourceBox(window[0], window[1], window[2], window[3]);
        return new InspectedImage(name,
            new ImageInspection(json.GetProperty("repaired").GetSingle(), json.GetProperty("whole").GetSingle(), box, map), null);
    }
}
