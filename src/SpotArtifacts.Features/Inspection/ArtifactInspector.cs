using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Inspection;

// W windows of an image, S side of the network's input, M side of its grid.

/// <summary>What the discriminator makes of an image.</summary>
/// <param name="Repaired">How likely it is repaired, 0 to 1: the highest of its windows.</param>
/// <param name="Whole">The same of the whole image alone.</param>
/// <param name="Window">The window of <paramref name="Repaired"/>, in shares of width and height.</param>
/// <param name="Map">Where; null when the network was trained without keep-mask head.</param>
public sealed record ImageInspection(float Repaired, float Whole, SourceBox Window, DamageMap? Map);

/// <summary>Asks a trained discriminator how likely images are repaired, and where. Thread-safe.</summary>
/// <remarks>
/// The whole image is shown, not its central part as for features: damage may lie at the border. It is squeezed into a square as
/// the random crops of training are.
/// </remarks>
public sealed class ArtifactInspector : IDisposable
{
    private readonly InspectionOptions _options;
    private readonly OnnxSession? _autoencoder;
    private readonly OnnxSession _verdict;
    private readonly bool _hasMask;
    private readonly int _size, _grid;

    private ArtifactInspector(ModelFile file, InspectionOptions options)
    {
        options.Validate();
        _options = options;
        Description = file.Metadata.Description;
        (_size, _grid) = (Description.ImageSize, Description[FeatureLayer.Conv5].Grid);
        Require(file, options);
        _hasMask = file.Computes(ModelValues.KeepMask);
        _verdict = Verdict(file, options.Threads);
        try
        {
            _autoencoder = options.AsIs ? null : Autoencoder(file, options.Threads);
        }
        catch
        {
            _verdict.Dispose();
            throw;
        }
    }

    /// <summary>What the network is, and how it was trained.</summary>
    public ModelDescription Description { get; }

    /// <summary>How much of an image's size is needed, so that a large JPEG is decoded smaller.</summary>
    public DecodeTarget Target => new(_size * _options.Tiles.Append(1).Max(), areaRootShare: 1, sideShare: 1);

    /// <summary>Loads an exported model.</summary>
    /// <param name="path">
    /// A file that <c>spot export RUN --format onnx --out FILE</c> wrote, without <c>--features-only</c>.
    /// </param>
    /// <param name="options">How to look.</param>
    /// <exception cref="SpotException">
    /// It is not there or no such file, the network was trained for something else, the file lacks the autoencoder that is
    /// asked for, an option cannot work, or ONNX Runtime cannot be loaded.
    /// </exception>
    public static ArtifactInspector Load(string path, InspectionOptions? options = null) => Load(ModelFile.Open(path), options);

    /// <summary>Loads an exported model from memory.</summary>
    /// <param name="content">The bytes of such a file; not needed any more when this returns.</param>
    /// <param name="options">How to look.</param>
    /// <exception cref="SpotException">As of a file.</exception>
    public static ArtifactInspector Load(ReadOnlyMemory<byte> content, InspectionOptions? options = null) =>
        Load(ModelFile.Parse(content, "the model"), options);

    /// <summary>Prepares a model that is in memory already.</summary>
    internal static ArtifactInspector Load(ModelFile file, InspectionOptions? options) =>
        new(file, options ?? new InspectionOptions());

    /// <summary>Inspects an image of any size.</summary>
    public ImageInspection Inspect(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Inspect([image])[0];
    }

    /// <summary>Inspects images of any sizes; their windows are computed together.</summary>
    /// <param name="images">The images.</param>
    /// <param name="cancellation">Stops between batches of windows; nothing is left behind.</param>
    public IReadOnlyList<ImageInspection> Inspect(IReadOnlyList<RgbImage> images, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        IReadOnlyList<SourceBox>[] windows =
            [.. images.Select(image => InspectionWindows.Of(image.Width, image.Height, _options.Tiles, _size))];
        (int Image, SourceBox Window)[] all = [.. windows.SelectMany((boxes, image) => boxes.Select(box => (image, box)))];
        List<float> repaired = [], keep = [];
        foreach ((int Image, SourceBox Window)[] part in all.Chunk(_options.BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            float[][] verdict = Judge(Render(images, part), part.Length);
            repaired.AddRange(verdict[0]);
            if (_hasMask)
                keep.AddRange(verdict[1]);
        }
        int first = 0, cells = _grid * _grid;
        var results = new ImageInspection[images.Count];
        for (int i = 0; i < results.Length; i++)
        {
            int count = windows[i].Count;
            results[i] = Gather(
                images[i], windows[i], [.. repaired.Skip(first).Take(count)],
                _hasMask ? [.. keep.Skip(first * cells).Take(count * cells)] : null, _grid);
            first += count;
        }
        return results;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _autoencoder?.Dispose();
        _verdict.Dispose();
    }

    private static ImageInspection Gather(
        RgbImage image, IReadOnlyList<SourceBox> windows, float[] repaired, float[]? keep, int grid)
    {
        int highest = Array.IndexOf(repaired, repaired.Max());
        SourceBox window = windows[highest];
        var share = new SourceBox(
            window.X / image.Width, window.Y / image.Height, window.Width / image.Width, window.Height / image.Height);
        DamageMap? map = keep is null ? null : DamageMap.Stitch(image.Width, image.Height, windows, keep, grid);
        return new ImageInspection(repaired[highest], repaired[0], share, map);
    }

    private float[] Render(IReadOnlyList<RgbImage> images, (int Image, SourceBox Window)[] windows)
    {
        int view = 3 * _size * _size;
        float[] pixels = new float[windows.Length * view];
        Parallel.For(0, windows.Length, i =>
        {
            Span<float> one = pixels.AsSpan(i * view, view);
            WholeView.Apply(images[windows[i].Image], windows[i].Window, _size, one);
            PixelScale.ToPixels(one, one);
        });
        return pixels;
    }

    private float[][] Judge(float[] pixels, int count) =>
        _verdict.Run(_autoencoder is null ? pixels : _autoencoder.Run(pixels, count)[0], count);

    private static void Require(ModelFile file, InspectionOptions options)
    {
        if (file.Metadata.Description.TrainedFor is not TrainedFor.Spotting and var other)
            throw new SpotException(
                $"{file.Name}: the network was trained for {Purpose(other)}, so it cannot tell repaired images");
        if (!file.Computes(ModelValues.RepairedProbability))
            throw new SpotException($"{file.Name} holds features alone; export it again without --features-only");
        if (!options.AsIs && !file.Computes(ModelValues.Autoencoded))
            throw new SpotException(
                $"{file.Name} holds no autoencoder to pass images through, for the weights it was made of had none; " +
                "export the run folder or a file with all networks, or have images shown as they are");
    }

    private static OnnxSession Verdict(ModelFile file, int threads)
    {
        ModelDescription model = file.Metadata.Description;
        string[] values = file.Computes(ModelValues.KeepMask)
            ? [ModelValues.RepairedProbability, ModelValues.KeepMask]
            : [ModelValues.RepairedProbability];
        OnnxGraph graph = file.Cut(values);
        int grid = model[FeatureLayer.Conv5].Grid;
        foreach (string value in values)
        {
            if (value == ModelValues.KeepMask)
                graph.Output(value, "", 1, grid, grid);
            else
                graph.Output(value, "");
        }
        return OnnxSession.Create(file, graph, threads);
    }

    private static OnnxSession Autoencoder(ModelFile file, int threads)
    {
        OnnxGraph graph = file.Cut(ModelValues.Autoencoded);
        int size = file.Metadata.Description.ImageSize;
        graph.Output(ModelValues.Autoencoded, "", 3, size, size);
        return OnnxSession.Create(file, graph, threads);
    }

    private static string Purpose(TrainedFor purpose) => purpose switch
    {
        TrainedFor.Rotation => "telling how images are turned",
        TrainedFor.Labels => "telling labels apart",
        _ => "a pretext of a program's own",
    };
}
