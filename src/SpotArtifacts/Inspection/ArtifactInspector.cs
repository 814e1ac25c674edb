using SpotArtifacts.Features;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using SpotArtifacts.Torch;

namespace SpotArtifacts.Inspection;

// W windows of an image, S side of the network's input, M side of its grid.

/// <summary>What the discriminator makes of an image.</summary>
/// <param name="Repaired">How likely it is repaired, 0 to 1: the highest of its windows.</param>
/// <param name="Whole">The same of the whole image alone.</param>
/// <param name="Window">The window of <paramref name="Repaired"/>, in shares of width and height.</param>
/// <param name="Map">Where; null when the network was trained without keep-mask head.</param>
public sealed record ImageInspection(float Repaired, float Whole, SourceBox Window, DamageMap? Map);

/// <summary>Asks a trained discriminator how likely images are repaired, and where. Thread-safe.</summary>
/// <remarks>
/// The whole image is shown, not its central part as for features: damage may lie at the border. It is squeezed into a square as the
/// random crops of training are.
/// </remarks>
public sealed class ArtifactInspector
{
    private readonly SpotModel _model;
    private readonly InspectionOptions _options;
    private readonly int _size;

    /// <summary>An inspector over a model, which it does not own.</summary>
    /// <param name="model">Loaded with <see cref="SpotModelOptions.WithRepair"/>, unless images shall be shown as they are.</param>
    /// <param name="options">How to look.</param>
    /// <exception cref="SpotException">The model was trained for something else, or lacks the autoencoder that is asked for.</exception>
    public ArtifactInspector(SpotModel model, InspectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _options = options ?? new InspectionOptions();
        _options.Validate();
        _model = model;
        _size = model.Recipe.Network.ImageSize;
        if (model.Recipe.Pretext != Pretext.Spotting)
            throw new SpotException($"the network was trained for {Purpose(model.Recipe.Pretext)}, so it cannot tell repaired images");
        if (!_options.AsIs && !model.Run(networks => networks.Spotting is not null))
            throw new SpotException("the weights hold no autoencoder to pass images through; name the run folder or a file with all networks, or have images shown as they are");
    }

    /// <summary>How much of an image's size is needed, so that a large JPEG is decoded smaller.</summary>
    public DecodeTarget Target => new(_size * _options.Tiles.Append(1).Max(), areaRootShare: 1, sideShare: 1);

    /// <summary>Inspects an image of any size.</summary>
    public ImageInspection Inspect(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Inspect([image])[0];
    }

    /// <summary>Inspects images of any sizes; their windows are computed together.</summary>
    public IReadOnlyList<ImageInspection> Inspect(IReadOnlyList<RgbImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        IReadOnlyList<SourceBox>[] windows = [.. images.Select(image => InspectionWindows.Of(image.Width, image.Height, _options.Tiles, _size))];
        (int Image, SourceBox Window)[] all = [.. windows.SelectMany((boxes, image) => boxes.Select(box => (image, box)))];
        List<float> repaired = [], keep = [];
        foreach ((int Image, SourceBox Window)[] part in all.Chunk(_model.Options.BatchSize))
        {
            (float[] r, float[] k) = Judge(Render(images, part), part.Length);
            repaired.AddRange(r);
            keep.AddRange(k);
        }
        int grid = RecipeValidation.KeepMaskGrid(_model.Recipe.Network), first = 0;
        var results = new ImageInspection[images.Count];
        for (int i = 0; i < results.Length; i++)
        {
            int count = windows[i].Count, cells = grid * grid;
            results[i] = Gather(images[i], windows[i], [.. repaired.Skip(first).Take(count)], keep.Count == 0 ? null : [.. keep.Skip(first * cells).Take(count * cells)], grid);
            first += count;
        }
        return results;
    }

    private static ImageInspection Gather(RgbImage image, IReadOnlyList<SourceBox> windows, float[] repaired, float[]? keep, int grid)
    {
        int highest = Array.IndexOf(repaired, repaired.Max());
        SourceBox window = windows[highest];
        var share = new SourceBox(window.X / image.Width, window.Y / image.Height, window.Width / image.Width, window.Height / image.Height);
        return new ImageInspection(repaired[highest], repaired[0], share, keep is null ? null : DamageMap.Stitch(image.Width, image.Height, windows, keep, grid));
    }

    private float[] Render(IReadOnlyList<RgbImage> images, (int Image, SourceBox Window)[] windows)
    {
        int view = 3 * _size * _size;
        float[] pixels = new float[windows.Length * view];
        Parallel.For(0, windows.Length, i => WholeView.Apply(images[windows[i].Image], windows[i].Window, _size, pixels.AsSpan(i * view, view)));
        return pixels;
    }

    private (float[] Repaired, float[] Keep) Judge(float[] pixels, int count) => _model.Run(networks =>
    {
        Tensor views = Tensor.From<float>(pixels, count, 3, _size, _size).ChannelsLast();
        if (!_options.AsIs) views = networks.Spotting!.Decode(networks.Spotting.Encode(views));
        Verdict verdict = networks.Discriminator.Judge(networks.Discriminator.Trunk(views), training: false, dropout: null);
        float[] repaired = Functions.Softmax(verdict.ClassLogits).Narrow(1, SpottingLoss.Corrupt, 1).ToArray<float>();
        return (repaired, verdict.MaskLogits is null ? [] : Functions.Sigmoid(verdict.MaskLogits).ToArray<float>());
    });

    private static string Purpose(Pretext pretext) => pretext == Pretext.Rotation ? "telling how images are turned" : "telling labels apart";
}
