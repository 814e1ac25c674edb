using System.CommandLine;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Images;

namespace SpotArtifacts.Cli.Commands;

/// <summary>How paths of images are read: the options that every command has which takes images.</summary>
internal sealed class ImageReading
{
    private const double PixelsOfOne = 1e6;

    private readonly Option<ImageSourceFormat> _format = new("--images-format")
    {
        Description =
            "What the paths are, where their content leaves that open: auto, folder, list, tar, stl10, cifar10, cifar100, voc, "
                + "packed.",
        HelpName = "FORMAT",
    };

    private readonly Option<string[]> _exclude = new("--exclude")
    {
        Description =
            "Leave out files and folders of this name, as '*_mask.png' or thumbs; with a slash, paths below the folder, as "
                + "'2019/*/raw/*'. May be given several times.",
        HelpName = "GLOB",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<double> _megapixels = new("--max-megapixels")
    {
        Description = "Refuse larger images, in millions of pixels: each takes three bytes a pixel while it is decoded.",
        HelpName = "N",
        DefaultValueFactory = _ => ImageDecoder.DefaultMaxPixels / PixelsOfOne,
    };

    private readonly Option<string?> _quarantine = new("--quarantine")
    {
        Description = "Leave out the images of this list (made by: spot data scan --quarantine FILE).",
        HelpName = "FILE",
    };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="withQuarantine">Whether a list may be given; not where the option of that name says where to write one.</param>
    internal ImageReading(Command command, bool withQuarantine = true)
    {
        _megapixels.Validators.Add(result =>
        {
            // What one array can hold is the end in any case.
            if (result.Tokens.Count > 0 && !(result.GetValueOrDefault<double>() is > 0 and <= 1e6))
                result.AddError("--max-megapixels must be more than 0 and at most 1000000");
        });
        foreach (Option option in (Option[])[_format, _exclude, _megapixels])
            command.Options.Add(option);
        if (withQuarantine)
            command.Options.Add(_quarantine);
    }

    /// <summary>What the command line says.</summary>
    internal ImageSetOptions Options(ParseResult parsed) => new()
    {
        Format = parsed.GetValue(_format),
        Exclude = parsed.GetValue(_exclude)!,
        MaxPixels = (long)(parsed.GetValue(_megapixels) * PixelsOfOne),
        QuarantineList = parsed.GetResult(_quarantine) is null ? null : parsed.GetValue(_quarantine),
    };

    /// <summary>Opens images, and says what they were taken for.</summary>
    internal ImageSet Open(ParseResult parsed, IReadOnlyList<string> paths, IMessages messages, CancellationToken stop) =>
        Open(paths, Options(parsed), messages, stop);

    /// <summary>The same with other options than the command line's.</summary>
    internal static ImageSet Open(
        IReadOnlyList<string> paths, ImageSetOptions options, IMessages messages, CancellationToken stop)
    {
        ImageSet set = ImageSet.Open(paths, options with { Cancellation = stop });
        foreach (string line in set.Descriptions)
            messages.Log(line);
        return set;
    }
}
