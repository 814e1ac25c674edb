using SpotArtifacts.Images.Sources;

namespace SpotArtifacts.Images;

/// <content>Where a set comes from.</content>
public sealed partial class ImageSet
{
    /// <summary>The paths it was opened from; none for a program's own images.</summary>
    internal IReadOnlyList<string> Paths { get; private init; } = [];

    /// <summary>How they were read.</summary>
    internal ImageSetOptions Options => _options;

    /// <summary>Lists what the paths hold; opens and checks shards, but decodes nothing.</summary>
    /// <param name="paths">Each a folder, an image file, a list of files, a tar shard, a binary, or a pattern such as
    /// shard-{000..146}.tar.</param>
    /// <param name="options">Limits.</param>
    /// <exception cref="ImageSetException">A path is missing, holds no image, is damaged or ambiguous.</exception>
    public static ImageSet Open(IReadOnlyList<string> paths, ImageSetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0)
            throw new ImageSetException("No images are named. Give a folder of images, image files or .tar shards.");
        options ??= new ImageSetOptions();
        SourceOptions opening = new(options.Format, new ExcludedNames(options.Exclude), options.Cancellation);
        List<IListedSource> sources = [];
        try
        {
            foreach (string path in paths)
                AddSources(path, opening, sources);
            return new ImageSet([.. sources], options, opening) { Paths = [.. paths] };
        }
        catch
        {
            foreach (IListedSource source in sources)
                source.Dispose();
            throw;
        }
    }

    /// <summary>Images of a program's own.</summary>
    /// <param name="source">Must serve as long as the set is used; not disposed with it.</param>
    /// <exception cref="ImageSetException">It has no images, or labels that its class names do not reach.</exception>
    public static ImageSet Of(IImageSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        SourceOptions opening = new(ImageSourceFormat.Auto, new ExcludedNames([]), CancellationToken.None);
        return new ImageSet([new OwnSource(source)], new ImageSetOptions(), opening);
    }

    private static void AddSources(string path, SourceOptions options, List<IListedSource> sources)
    {
        try
        {
            sources.AddRange(SourceRecognition.Open(path, options));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ImageSetException(
                $"{path}: cannot be read ({failure.Message})."
                + (failure is UnauthorizedAccessException ? " Check its permissions." : ""), failure);
        }
    }
}
