using System.Globalization;
using System.Text.Json;

namespace SpotArtifacts.Features.Onnx;

/// <summary>
/// The metadata of an exported model (docs/onnx.md), written and read here alone. What a stranger's program needs to feed the
/// model stands beside it: the exporter adds that.
/// </summary>
/// <param name="Description">What the model says of itself.</param>
/// <param name="Source">The weights that it was made of, as <c>sha256:...</c>; empty where nobody asked.</param>
internal sealed record ModelMetadata(ModelDescription Description, string Source)
{
    /// <summary>Version of what is written here. Another one cannot be read.</summary>
    internal const string Version = "1";

    /// <summary>Key of the version; no file that this program can use is without it.</summary>
    internal const string VersionKey = "spot_model_version";

    private const string Network = "network", Purpose = "trained_for", Classes = "classes", ImageSize = "image_size",
        Layers = "layers", SourceKey = "source", Whitening = "whitening";
    private const string Preset = "preset", AutoencodingSteps = "autoencoding_steps", Steps = "steps",
        PlannedSteps = "planned_steps", Weights = "weights";
    private const string Averages = "exponential moving average", LastStep = "last step";

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Keys and texts.</summary>
    internal IEnumerable<KeyValuePair<string, string>> Write()
    {
        (ModelDescription model, TrainingFacts training) = (Description, Description.Training);
        yield return new(VersionKey, Version);
        yield return new(Network, model.Network);
        yield return new(Purpose, model.TrainedFor.ToString().ToLowerInvariant());
        yield return new(Classes, Text(model.Classes));
        yield return new(ImageSize, Text(model.ImageSize));
        yield return new(Layers, JsonSerializer.Serialize(model.Layers.Select(WrittenLayer.Of), s_json));
        yield return new(Preset, training.Preset);
        yield return new(AutoencodingSteps, Text(training.AutoencodingSteps));
        yield return new(Steps, Text(training.Steps));
        yield return new(PlannedSteps, Text(training.PlannedSteps));
        yield return new(Weights, training.Averaged ? Averages : LastStep);
        if (model.Whitening.Length > 0)
            yield return new(Whitening, model.Whitening);
        if (Source.Length > 0)
            yield return new(SourceKey, Source);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="entries">A model's metadata.</param>
    /// <param name="name">What the user knows the model by.</param>
    /// <exception cref="SpotException">
    /// It is of another version, or something is missing; the message says what to do.
    /// </exception>
    internal static ModelMetadata Read(IEnumerable<KeyValuePair<string, string>> entries, string name)
    {
        Dictionary<string, string> texts = [];
        foreach ((string key, string value) in entries)
            texts[key] = value;
        RequireVersion(texts, name);
        try
        {
            WrittenLayer[] layers = JsonSerializer.Deserialize<WrittenLayer[]>(texts[Layers], s_json)
                ?? throw new FormatException("no layers");
            var training = new TrainingFacts(
                texts[Preset], Number(texts[AutoencodingSteps]), Number(texts[Steps]), Number(texts[PlannedSteps]),
                texts[Weights] == Averages);
            var description = new ModelDescription(
                texts[Network], Enum.Parse<TrainedFor>(texts[Purpose], ignoreCase: true), (int)Number(texts[Classes]),
                (int)Number(texts[ImageSize]),
                [.. layers.Select(layer => layer.Read())], training)
            {
                Whitening = texts.GetValueOrDefault(Whitening, ""),
            };
            return new ModelMetadata(description, texts.GetValueOrDefault(SourceKey, ""));
        }
        catch (Exception e) when (e is KeyNotFoundException or FormatException or JsonException or ArgumentException
            or OverflowException or SpotException)
        {
            throw new SpotException($"{name}: its metadata are not those of an exported model ({e.Message}); {ExportAgain}", e);
        }
    }

    /// <summary>What to do about a file that cannot be used.</summary>
    internal const string ExportAgain = "export it again: spot export RUN --format onnx --out FILE";

    private static void RequireVersion(Dictionary<string, string> texts, string name)
    {
        if (texts.GetValueOrDefault(VersionKey) is { } version)
        {
            if (version != Version)
                throw new SpotException(
                    $"{name} is a model of version {version}, this program reads version {Version}; {ExportAgain}");
            return;
        }
        // Versions before 0.2 wrote the recipe and the preprocessing only.
        throw new SpotException(texts.ContainsKey("recipe") && texts.ContainsKey("preprocessing")
            ? $"{name} was exported by an earlier version: it lacks the network's identity, its layers' shapes and the "
                + $"autoencoder; {ExportAgain}"
            : $"{name} is an ONNX model, but none that spot exported; such a one is made by: spot export RUN --format onnx "
                + "--out FILE");
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private sealed record WrittenLayer(string Name, int Channels, int Grid, int Stride, int Offset)
    {
        internal static WrittenLayer Of(LayerDescription layer) =>
            new(layer.Layer.Name(), layer.Channels, layer.Grid, layer.Stride, layer.Offset);

        internal LayerDescription Read() => new(FeatureLayers.Parse(Name), Channels, Grid, Stride, Offset);
    }
}
