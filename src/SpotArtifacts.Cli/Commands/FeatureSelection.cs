using System.CommandLine;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Engine;
using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Images;
using TorchSharp;

namespace SpotArtifacts.Cli.Commands;

/// <summary>
/// Which network, which of its features, and of which images: what the commands that use features have in common.
/// </summary>
internal sealed class FeatureSelection
{
    /// <summary>What names a network.</summary>
    internal const string RunDescription = "Run folder, a file of weights, or an exported ONNX model.";

    private readonly Argument<string> _run = new("RUN") { Description = RunDescription };

    private readonly Option<string[]> _images = new("--images")
    {
        Description = "Folders, image files, lists, tar shards, binaries.",
        HelpName = "PATH",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly ImageReading _reading;
    private readonly Option<string?> _layer = new("--layer")
    {
        Description = $"{string.Join(", ", FeatureLayers.Names)}, or whitened: all of them together.",
        HelpName = "LAYER",
    };

    private readonly Option<FeaturePooling> _pooling = new("--pooling")
    {
        Description = "How its grid becomes a vector: mean, max, grid (mean of each quarter), full (every entry).",
        HelpName = "HOW",
    };

    private readonly Option<bool> _averaged = new("--ema")
    {
        Description = "Take the exponential moving average of the weights.",
    };
    private readonly Option<bool> _normalize = new("--l2") { Description = "Scale each vector to length 1." };
    private readonly Option<string> _device = ComputeOptions.Device("Where the network computes");
    private readonly Option<string> _precision = ComputeOptions.Precision();

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="defaults">Layer and pooling where the user says nothing; without a layer what serves best.</param>
    /// <param name="withLength">Whether the vectors' length is the user's choice.</param>
    /// <param name="withLayer">Whether layer and pooling are.</param>
    /// <param name="withQuarantine">Whether --quarantine names a list of images to leave out.</param>
    /// <param name="withEngine">Whether device and precision are the user's choice.</param>
    internal FeatureSelection(
        Command command, SpotModelOptions? defaults = null, bool withLength = false, bool withLayer = true,
        bool withQuarantine = true, bool withEngine = false)
    {
        defaults ??= new SpotModelOptions();
        if (defaults.Layer is { } layer)
            _layer.DefaultValueFactory = _ => layer.Name();
        else
            _layer.Description += " Without it that, where the network has it and the pooling is grid; else conv2, and says so.";
        _pooling.DefaultValueFactory = _ => defaults.Pooling;
        command.Arguments.Add(_run);
        command.Options.Add(_images);
        _reading = new ImageReading(command, withQuarantine);
        command.Options.Add(_averaged);
        if (withLayer)
            foreach (Option option in (Option[])[_layer, _pooling])
                command.Options.Add(option);
        if (withLength)
            command.Options.Add(_normalize);
        if (withEngine)
            foreach (Option option in (Option[])[_device, _precision])
                command.Options.Add(option);
        _layer.AcceptOnlyFromAmong([.. FeatureLayers.VectorNames]);
    }

    /// <summary>Loads the network.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="messages">Told when the run is not finished.</param>
    /// <param name="pooling">Instead of the pooling that the command line says.</param>
    internal SpotModel Load(ParseResult parsed, IMessages messages, FeaturePooling? pooling = null) =>
        Load(parsed, messages, new SpotModelOptions
        {
            Layer = parsed.GetValue(_layer) is { } name ? FeatureLayers.Parse(name) : null,
            Pooling = pooling ?? parsed.GetValue(_pooling),
            Normalize = parsed.GetValue(_normalize),
        });

    /// <summary>Loads the network, for features that are known.</summary>
    internal SpotModel Load(ParseResult parsed, IMessages messages, SpotModelOptions options)
    {
        string run = parsed.GetValue(_run)!;
        bool averaged = parsed.GetValue(_averaged);
        // Commands without these options have no value of them.
        if (parsed.GetResult(_device) is null || (parsed.GetValue(_device), parsed.GetValue(_precision)) is ("cpu", "f32"))
            return ExportOnDemand.OpenModel(run, options, averaged, messages);
        torch.Device device = EngineDevice.Require(parsed.GetValue(_device)!);
        Precision precision = EnginePrecision.Parse(parsed.GetValue(_precision)!, device);
        messages.Log($"computing in {EnginePrecision.NameOf(precision)} on {device}");
        return ExportOnDemand.OpenModel(run, options, device, precision, averaged, messages);
    }

    /// <summary>The paths of images as they were given.</summary>
    internal string[] Paths(ParseResult parsed) => parsed.GetValue(_images)!;

    /// <summary>How the paths are read.</summary>
    internal ImageSetOptions ImageOptions(ParseResult parsed) => _reading.Options(parsed);

    /// <summary>Opens the images, and says what they were taken for.</summary>
    internal ImageSet OpenImages(ParseResult parsed, IMessages messages, CancellationToken stop) =>
        _reading.Open(parsed, Paths(parsed), messages, stop);
}
