using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Transfer;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot probe</c>: what the features of a run are worth on labelled images.</summary>
internal static class ProbeCommand
{
    private static readonly JsonSerializerOptions s_json =
        new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Argument<string> run = new("RUN") { Description = "Run folder, or a file of weights." };
        Command command =
            new("probe",
            "Linear probes and nearest neighbours on each layer, beside random weights and the stage-1 encoder.") { run };
        Option<string[]> train = Paths("--train", "Labelled training images: a folder of class folders, or tars with .cls.");
        Option<string[]> test = Paths("--test", "Labelled test images.");
        Option<bool> json = new("--json") { Description = "Print JSON instead of a table." };
        Option<bool> averaged = new("--ema") { Description = "Probe the exponential moving average of the weights." };
        Option<string> device = ComputeOptions.Device("Where features are computed"), precision = ComputeOptions.Precision();
        foreach (Option option in (Option[])[train, test, json, averaged, device, precision])
            command.Options.Add(option);
        ImageReading reading = new(command);
        command.SetAction((parsed, stop) => PretrainCommand.RunOnOwnThread(() =>
        {
            NativeEngine.SetThreads();
            using IDisposable use = ComputeOptions.Use(parsed.GetValue(precision)!, parsed.GetValue(device)!, out var where);
            using var progress = TrainingProgress.ForConsole(parsed.IsQuiet());
            IReadOnlyList<NetworkWorth> worth = Measure(
                parsed.GetValue(run)!, parsed.GetValue(train)!, parsed.GetValue(test)!, parsed.GetValue(averaged),
                progress, stop, reading.Options(parsed), where);
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                output.WriteLine(JsonSerializer.Serialize(worth, s_json));
            else
                Terminal.For(output).Write(Table(worth));
        }));
        return command;
    }

    /// <summary>Measures random weights, the pre-trained network and the encoder.</summary>
    internal static IReadOnlyList<NetworkWorth> Measure(
        string run, IReadOnlyList<string> trainPaths, IReadOnlyList<string> testPaths, bool averaged,
        TrainingProgress progress, CancellationToken stop,
        ImageSetOptions? options = null, TorchSharp.torch.Device? device = null)
    {
        TrainedWeights trained = TrainedWeights.Open(run, progress);
        using var data = new EvaluationData(trainPaths, testPaths, options, progress, stop);
        progress.Log($"{data.Train.Count} training and {data.Test.Count} test images of {data.Train.ClassCount} classes");
        List<EvaluatedNetwork> networks = [NetworkSelection.Random(trained),
            NetworkSelection.Pretrained("pre-trained", trained, averaged)];
        // Weights of a baseline hold none.
        if (NetworkSelection.HasEncoder(trained))
            networks.Add(NetworkSelection.Encoder(trained));
        return LayerwiseProbe.Measure(data, [.. networks.Select(network => network with { Device = device })],
            new EvaluationProgress(progress), stop: stop);
    }

    /// <summary>Percentages, networks side by side; the encoder has layers of its own and stands below.</summary>
    internal static Table Table(IReadOnlyList<NetworkWorth> worth)
    {
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns("layer", "numbers", "linear: random", "pre-trained", "difference", "kNN: random", "pre-trained");
        (NetworkWorth random, NetworkWorth trained) = (worth[0], worth[1]);
        for (int i = 0; i < trained.Layers.Count; i++)
        {
            (LayerWorth r, LayerWorth p) = (random.Layers[i], trained.Layers[i]);
            table.AddRow(p.Layer, p.Dimensions.ToString(CultureInfo.InvariantCulture), Percent(r.LinearTop1),
                Percent(p.LinearTop1),
                (100 * (p.LinearTop1 - r.LinearTop1)).ToString("+0.0;-0.0", CultureInfo.InvariantCulture),
                Percent(r.NeighborsTop1), Percent(p.NeighborsTop1));
        }
        table.AddEmptyRow();
        foreach (LayerWorth layer in worth.Skip(2).SelectMany(encoder => encoder.Layers))
            table.AddRow($"encoder {layer.Layer}", layer.Dimensions.ToString(CultureInfo.InvariantCulture), "",
                Percent(layer.LinearTop1), "", "", Percent(layer.NeighborsTop1));
        return table;
    }

    private static string Percent(double fraction) => (100 * fraction).ToString("0.0", CultureInfo.InvariantCulture);

    private static Option<string[]> Paths(string name, string description) =>
        new(name) { Description = description, HelpName = "PATH", Required = true, AllowMultipleArgumentsPerToken = true };
}
