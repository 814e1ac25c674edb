using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Spectre.Console;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Cli.Report;
using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using SpotArtifacts.Images.Sharing;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Settings;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot eval</c>: what the features of a run are worth by named protocols, baselines beside every number.</summary>
internal sealed class EvalCommand
{
    private readonly Argument<string?> _run =
        new("RUN") { Description = "Run folder, or a file of weights.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string[]> _protocols = Texts("--protocol", "Protocols, by name (--list shows them).", "NAME");
    private readonly Option<bool> _all = new("--all") { Description = "All protocols that can use the images." };
    private readonly Option<bool> _list = new("--list") { Description = "List the protocols and their settings." };
    private readonly Option<string[]> _train =
        Texts("--train",
        "Labelled training images: a folder of class folders, tars with .cls, STL-10 or CIFAR binaries, a VOC folder.", "PATH");
    private readonly Option<string[]> _test = Texts("--test", "Labelled test images.", "PATH");
    private readonly ImageReading _reading;
    private readonly Option<string[]> _baselines =
        Texts("--baseline", "Further runs to be measured beside it, as rotation=runs/rotation.", "NAME=RUN");
    private readonly Option<ulong?> _seed =
        new("--seed") { Description = "Seed of whatever is random (default 1).", HelpName = "N" };
    private readonly Option<string?> _seeds =
        new("--seeds") { Description = "Several seeds: mean and deviation are printed.", HelpName = "1,2,3" };
    private readonly Option<string[]> _set =
        Texts("--set", "A setting of the protocols, as epochs=30 or knn.temperature=0.1.", "KEY=VALUE");
    private readonly Option<bool> _averaged =
        new("--ema") { Description = "Measure the exponential moving averages of the weights." };
    private readonly Option<string> _device = ComputeOptions.Device("Where frozen features are computed");
    private readonly Option<string> _precision = ComputeOptions.Precision();
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON instead of a table." };
    private readonly Option<string[]> _out =
        Texts("--out", "Also write files, each by its ending: .json with everything, .md tables, .svg charts.", "FILE");

    private EvalCommand(Command command)
    {
        command.Arguments.Add(_run);
        foreach (Option option in (Option[])[_protocols, _all, _list, _train, _test])
            command.Options.Add(option);
        _reading = new ImageReading(command);
        foreach (Option option in (Option[])[_baselines, _seed, _seeds, _set, _averaged, _device, _precision, _json, _out])
            command.Options.Add(option);
    }

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command command =
            new("eval",
            "Measure a run's features by named protocols, beside random weights, the stage-1 encoder and other "
                + "runs.");
        var options = new EvalCommand(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(options._list))
                return;
            if (result.GetValue(options._run) is null)
                result.AddError("RUN is missing: a run folder or a file of weights");
            if (result.GetValue(options._all) == result.GetValue(options._protocols)!.Length > 0)
                result.AddError("name protocols with --protocol, or ask for --all");
            if (result.GetValue(options._train)!.Length == 0 || result.GetValue(options._test)!.Length == 0)
                result.AddError("--train and --test name the labelled images");
            if (result.GetValue(options._seed) is not null && result.GetValue(options._seeds) is not null)
                result.AddError("--seed and --seeds exclude each other");
        });
        command.SetAction((parsed, stop) => PretrainCommand.RunOnOwnThread(() => options.Run(parsed, stop)));
        return command;
    }

    private void Run(ParseResult parsed, CancellationToken stop)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(_list))
        {
            WriteList(output);
            return;
        }
        ICommunicator world = RankSession.Start();
        if (world.Rank == 0)
            foreach (string file in parsed.GetValue(_out)!)
                EvaluationFile.RequireUsable(file);
        NativeEngine.SetThreads(RankSession.Threads);
        using var display = TrainingProgress.ForConsole(parsed.IsQuiet() || world.Rank > 0);
        using IDisposable use = ComputeOptions.Use(
            parsed.GetValue(_precision)!, RankSession.DeviceOf(parsed.GetValue(_device)!), out var where);
        EvaluationReport report = Measure(parsed, where, display, stop);
        if (world.Rank > 0)
            return;
        Print(report, parsed.GetValue(_json), output);
        // Behind the results: hours of computing are not lost with a full disk.
        foreach (string file in parsed.GetValue(_out)!)
            EvaluationFile.Write(file, report);
    }

    private static void Print(EvaluationReport report, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(report.ToJson());
            return;
        }
        Terminal.For(output).Write(EvaluationTable.Of(report));
        foreach (string line in EvaluationRow.Notes(report))
            output.WriteLine(line);
    }

    private EvaluationReport Measure(ParseResult parsed, TorchSharp.torch.Device device, TrainingProgress display,
        CancellationToken stop)
    {
        EvaluatedNetwork[] networks = [.. NetworkSelection.Open(
            parsed.GetValue(_run)!, parsed.GetValue(_baselines)!, parsed.GetValue(_averaged), display)
            .Select(network => network with { Device = device })];
        IWorkShare share = RankSession.Share();
        using var data = new EvaluationData(
            parsed.GetValue(_train)!, parsed.GetValue(_test)!, _reading.Options(parsed), display, stop)
        { Share = share };
        var plan = new EvaluationPlan(Protocols(parsed, data, networks, display), parsed.GetValue(_set)!, Seeds(parsed));
        if (share.Size > 1)
            share.RequireSame("plan or network", Describe(plan, networks));
        var evaluator = new Evaluator(data, plan, new EvaluationProgress(display));
        return EvaluationReport.Of(data, networks, evaluator.Run(networks, stop));
    }

    // What must be equal on all ranks; random weights come out of the recipe.
    private static string Describe(EvaluationPlan plan, EvaluatedNetwork[] networks)
    {
        IEnumerable<string> columns = networks.Select(network => $"{network.Name} {network.Kind} {network.Averaged} "
            + $"{RecipeFile.ToYaml(network.Recipe)} {(network.Kind == NetworkKind.Random ? "" : Digest(network.Source))}");
        return string.Join('\n', [.. plan.Protocols.Select(protocol => protocol.Name), .. plan.Assignments,
            .. plan.Seeds.Select(seed => seed.ToString(CultureInfo.InvariantCulture)), .. columns]);
    }

    private static string Digest(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }

    private List<ITransferProtocol> Protocols(
        ParseResult parsed, EvaluationData data, EvaluatedNetwork[] networks, TrainingProgress display)
    {
        if (!parsed.GetValue(_all))
            return [.. parsed.GetValue(_protocols)!.Distinct().Select(ProtocolRegistry.Find)];
        var usable = new List<ITransferProtocol>();
        foreach (ITransferProtocol protocol in ProtocolRegistry.All)
        {
            if ((protocol.CannotUse(data) ?? networks.Select(protocol.CannotUse).FirstOrDefault(why => why is not null))
                is { } reason)
                display.Log($"{protocol.Name} is left out: {reason}");
            else
                usable.Add(protocol);
        }
        return usable.Count > 0 ? usable
            : throw new SpotException("no protocol can use these images; the messages above say why");
    }

    private ulong[] Seeds(ParseResult parsed)
    {
        if (parsed.GetValue(_seeds) is not { } list)
            return [parsed.GetValue(_seed) ?? 1];
        string[] parts = list.Split(',', StringSplitOptions.TrimEntries);
        ulong[] seeds = new ulong[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            if (!ulong.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out seeds[i]))
                throw new SpotException($"--seeds {list}: '{parts[i]}' is not a whole number of 0 or more");
        return seeds.Distinct().Count() == seeds.Length ? seeds
            : throw new SpotException($"--seeds {list}: a seed stands there twice");
    }

    private static void WriteList(TextWriter output)
    {
        foreach (ITransferProtocol protocol in ProtocolRegistry.All)
        {
            output.WriteLine($"{protocol.Name}: {protocol.Summary}");
            foreach (SettingKey key in protocol.Settings.Keys)
                output.WriteLine($"    {key.Name}={protocol.Settings[key.Name]}  {key.Meaning}");
        }
    }

    private static Option<string[]> Texts(string name, string description, string help) =>
        new(name)
        {
            Description = description,
            HelpName = help,
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => []
        };
}
