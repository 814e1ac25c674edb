using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Engine;
using SpotArtifacts.Verification;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot verify</c>: replays golden tensors with the networks and steps that training uses.</summary>
internal static class VerifyCommand
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "Golden tensors, as safetensors.",
            Arity = ArgumentArity.OneOrMore
        };
        Option<bool> json = new("--json") { Description = "Print the outcome as JSON, every tensor past its tolerance named." };
        Option<string> device = ComputeOptions.Device("Where to replay");
        Command command =
            new("verify", "Replay golden tensors and compare every number with what this program computes.")
            {
                files, json, device
            };
        command.SetAction(parsed => Run(parsed.GetValue(files)!, parsed.GetValue(device)!, parsed.GetValue(json),
            parsed.InvocationConfiguration));
        return command;
    }

    private static int Run(string[] files, string device, bool json, InvocationConfiguration console)
    {
        TorchSharp.torch.Device where = EngineDevice.Require(device);
        List<VerificationReport> reports = [];
        bool failed = false;
        foreach (string file in files)
        {
            // One bad file does not keep the others from being replayed.
            try
            {
                reports.Add(FixtureVerification.Verify(file, where));
            }
            catch (SpotException e)
            {
                console.Error.WriteLine($"spot: {e.Message}");
                failed = true;
                continue;
            }

            failed |= !reports[^1].Ok;
            if (!json)
                Print(reports[^1], console.Output);
            foreach (string problem in Problems(reports[^1]))
                console.Error.WriteLine($"spot: {file}: {problem}");
        }

        if (json)
            console.Output.WriteLine(JsonSerializer.Serialize(reports, s_json));
        return failed ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static IEnumerable<string> Problems(VerificationReport report)
    {
        foreach (TensorResult result in report.Failed)
        {
            Tolerance tolerance = Tolerance.Of(report.Kind, result.Stage);
            yield return $"{result.Name} is off by {Text(result.Deviation)}; allowed are {Text(tolerance)} (max, l2)";
        }

        foreach (string name in report.Unchecked)
            yield return $"{name} was not checked: the replay neither reads nor computes it";
        if (report.Stages.Count == 0)
            yield return "nothing in it could be compared";
    }

    private static void Print(VerificationReport report, TextWriter output)
    {
        output.WriteLine($"{report.File}: {(report.Ok ? "ok" : "FAILED")}, "
            + $"{report.Stages.Sum(stage => stage.Tensors)} tensors compared, {report.Inputs} inputs, {report.Unchecked.Count} "
                + "unchecked");
        Table table = new() { Border = TableBorder.None };
        table.AddColumns("stage", "tensors", "largest max", "at", "largest l2", "at", "tolerance", "ok");
        foreach (TableColumn column in table.Columns)
            column.PadLeft(0).PadRight(2).NoWrap();
        foreach (StageResult stage in report.Stages)
        {
            table.AddRow(
                new Text(stage.Stage), new Text(stage.Tensors.ToString(CultureInfo.InvariantCulture)),
                new Text(Text(stage.Max.Deviation.Max)), new Text(ShortName(stage.Max)),
                new Text(Text(stage.L2.Deviation.L2)), new Text(ShortName(stage.L2)),
                new Text(Text(stage.Tolerance)), new Text(Verdict(stage)));
        }

        Terminal.For(output).Write(table);
        output.WriteLine();
    }

    private static string Verdict(StageResult stage) =>
        !stage.Ok ? "FAILED" : stage.Tolerance is { Max: null, L2: null } ? "not judged" : "ok";

    // The stage's column says the rest.
    private static string ShortName(TensorResult result) =>
        result.Name[(result.Name.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static string Text(Deviation deviation) => $"{Text(deviation.Max)}, {Text(deviation.L2)}";

    private static string Text(Tolerance tolerance) => $"{Text(tolerance.Max)}, {Text(tolerance.L2)}";

    private static string Text(double? number) => number?.ToString("0.0e+0", CultureInfo.InvariantCulture) ?? "-";
}
