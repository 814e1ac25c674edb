using System.Text.Json;
using SpotArtifacts.Images.Files;

namespace SpotArtifacts.Pretraining;

/// <summary>Appends to <c>metrics.jsonl</c>: one object a line with <c>stage</c>, <c>step</c> and named numbers.</summary>
internal sealed class MetricsLog : IDisposable
{
    private readonly StreamWriter _writer;

    /// <summary>Opens the file for appending, each line flushed as it is written.</summary>
    public MetricsLog(string path) => _writer = new StreamWriter(path, append: true) { AutoFlush = true };

    /// <summary>
    /// Drops what a run wrote after its last checkpoint, and a line that was cut off by a kill, so that a resumed run's file
    /// reads as an uninterrupted one's.
    /// </summary>
    public static void Rewind(string path, string stage, long step)
    {
        if (!File.Exists(path))
            return;
        AtomicFile.WriteText(path,
            string.Concat(File.ReadLines(path).Where(line => StandsBefore(line, stage, step)).Select(line => line + "\n")));
    }

    /// <summary>Writes a line.</summary>
    public void Write(string stage, long step, IEnumerable<(string Name, double Value)> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("stage", stage);
            json.WriteNumber("step", step);
            foreach ((string name, double value) in values)
            {
                // JSON has no NaN; a metric that does not exist for a batch is null.
                if (double.IsFinite(value))
                    json.WriteNumber(name, Math.Round(value, 6));
                else
                    json.WriteNull(name);
            }
            json.WriteEndObject();
        }
        _writer.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private static bool StandsBefore(string line, string stage, long step)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            string of = document.RootElement.GetProperty("stage").GetString()!;
            return of == stage ? document.RootElement.GetProperty("step").GetInt64() <= step : stage != AutoencodingStage.Name;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
