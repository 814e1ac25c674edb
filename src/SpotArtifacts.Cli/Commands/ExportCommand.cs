using System.CommandLine;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Commands;

/// <summary><c>spot export</c>: a run's networks as one file for other programs.</summary>
internal static class ExportCommand
{
    private const string Onnx = "onnx", Safetensors = "safetensors";

    private static readonly Argument<string> s_run = new("RUN") { Description = "Run folder, or a file of weights." };

    private static readonly Option<string> s_format = FormatOption();

    private static readonly Option<string> s_target = new("--out")
    {
        Description = "The file; never overwritten.",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<bool> s_averaged = new("--ema")
    {
        Description = "Take the exponential moving average of the weights.",
    };

    private static readonly Option<int> s_opset = new("--opset")
    {
        Description = $"onnx: version of the operator set, {OnnxExportOptions.MinOpset} to {OnnxExportOptions.MaxOpset}.",
        DefaultValueFactory = _ => new OnnxExportOptions().Opset,
    };

    private static readonly Option<OnnxInput> s_input = new("--input")
    {
        Description = "onnx: bytes (uint8, N x S x S x 3, as decoders give them) or unit (float, N x 3 x S x S from 0 to 1).",
    };

    private static readonly Option<string[]> s_layers = LayerOption(new Option<string[]>("--layers")
    {
        Description = "onnx: feature maps to give out, of conv1 to conv5.",
        HelpName = "LAYER",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [.. FeatureLayers.Names],
    });

    private static readonly Option<string> s_pooled = LayerOption(new Option<string>("--pooled")
    {
        Description = "onnx: the layer that the vector \"output\" is made of.",
        HelpName = "LAYER",
        DefaultValueFactory = _ => new OnnxExportOptions().VectorLayer.Name(),
    });

    private static readonly Option<FeaturePooling> s_pooling = new("--pooling")
    {
        Description = "onnx: how: mean or max over all positions, grid (mean of each quarter).",
        HelpName = "HOW",
        DefaultValueFactory = _ => new OnnxExportOptions().VectorPooling,
    };

    private static readonly Option<string[]> s_fitImages = new("--fit-images")
    {
        Description =
            "onnx: images that the vector \"whitened\" is fitted on, like those the network was trained on; without it those "
            + "themselves, where they are still in their place.",
        HelpName = "PATH",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<bool> s_featuresOnly = new("--features-only")
    {
        Description = "onnx: leave out the verdict and the autoencoder, and with them most of the file.",
    };

    private static readonly Option<TensorNames> s_names = new("--names")
    {
        Description = "safetensors: spot, or torchvision (the discriminator with the keys of its AlexNet, batch norm folded).",
    };

    private static readonly Option<bool> s_fold = new("--fold")
    {
        Description =
            "safetensors: the discriminator alone with batch norm folded; without it all networks, as spot itself takes them.",
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Option[] onnx = [s_opset, s_input, s_layers, s_pooled, s_pooling, s_fitImages, s_featuresOnly],
            safetensors = [s_names, s_fold];
        Command command = new("export",
            "Write the networks as one file: ONNX for any runtime, safetensors for PyTorch and for spot itself.") { s_run };
        foreach (Option option in (Option[])[s_format, s_target, s_averaged, .. onnx, .. safetensors])
            command.Options.Add(option);
        command.SetAction((parsed, stop) => PretrainCommand.RunOnOwnThread(() =>
        {
            bool graph = parsed.GetValue(s_format) == Onnx;
            RefuseGiven(parsed, graph ? safetensors : onnx, graph ? Safetensors : Onnx);
            string path = Path.GetFullPath(parsed.GetValue(s_target)!);
            OutputFile.RequireNew(path);
            WrittenMessages messages = new(parsed.InvocationConfiguration.Error);
            TrainedWeights trained = TrainedWeights.Open(parsed.GetValue(s_run)!, messages);
            if (graph)
                WriteOnnx(parsed, trained, path, messages, stop);
            else
                SafetensorsExport.Write(trained, path, SafetensorsOptions(parsed), stop);
            parsed.InvocationConfiguration.Output.WriteLine(path);
        }));
        return command;
    }

    private static Option<string> FormatOption()
    {
        Option<string> option = new("--format")
        {
            Description = "onnx (for applications: the networks as a graph, preprocessing included) or safetensors (weights).",
            Required = true,
        };
        option.AcceptOnlyFromAmong(Onnx, Safetensors);
        return option;
    }

    private static Option<T> LayerOption<T>(Option<T> option)
    {
        option.AcceptOnlyFromAmong([.. FeatureLayers.Names]);
        return option;
    }

    private static OnnxExportOptions OnnxOptions(ParseResult parsed) => new()
    {
        Opset = parsed.GetValue(s_opset),
        Input = parsed.GetValue(s_input),
        Layers = [.. parsed.GetValue(s_layers)!.Select(FeatureLayers.Parse)],
        VectorLayer = FeatureLayers.Parse(parsed.GetValue(s_pooled)!),
        VectorPooling = parsed.GetValue(s_pooling),
        Verdict = !parsed.GetValue(s_featuresOnly),
        Averaged = parsed.GetValue(s_averaged),
    };

    // A file without the whitened vector is of use, where nobody asked for it: the message says how to have it.
    private static void WriteOnnx(
        ParseResult parsed, TrainedWeights trained, string path, WrittenMessages messages, CancellationToken stop)
    {
        OnnxExportOptions options = OnnxOptions(parsed);
        if (parsed.GetValue(s_fitImages) is { Length: > 0 } paths)
        {
            using ImageSet images = ImageReading.Open(paths, new ImageSetOptions(), messages, stop);
            OnnxExport.Write(trained, path, options with { FitImages = images }, stop);
            return;
        }
        ModelProto model = TrainingImages.Build(parsed.GetValue(s_run)!, trained, options, "", messages, out string why);
        if (why.Length > 0)
            messages.Log($"without all layers together (whitened): {why}. {s_fitImages.Name} names images to fit them on");
        stop.ThrowIfCancellationRequested();
        OnnxExport.Write(model, path);
    }

    private static SafetensorsExportOptions SafetensorsOptions(ParseResult parsed) => new()
    {
        Names = parsed.GetValue(s_names),
        Fold = parsed.GetValue(s_fold),
        Averaged = parsed.GetValue(s_averaged),
    };

    // An option of the other format would do nothing, and its user believe that it did.
    private static void RefuseGiven(ParseResult parsed, IEnumerable<Option> options, string format)
    {
        foreach (Option option in options)
            if (parsed.GetResult(option) is { Implicit: false })
                throw new SpotException($"{option.Name} goes with --format {format} only");
    }
}
