using SpotArtifacts.Features;
using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Images.Packing;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Models;

/// <summary>
/// Which index of images goes with a model: of the folders that the studio was started with, made by itself and kept, or one that
/// <c>spot search index</c> has left in the runs folder.
/// </summary>
internal sealed class ImageIndices
{
    private readonly AllowedFolders _folders;
    private readonly BackgroundWork _work;
    private readonly Lazy<string> _images;

    internal ImageIndices(AllowedFolders folders, BackgroundWork work)
    {
        (_folders, _work) = (folders, work);
        _images = new Lazy<string>(DigestOfImages);
    }

    /// <summary>Whether the studio was started with images, so that it can make an index itself.</summary>
    internal bool HasImages => _folders.ImageFolders.Count > 0;

    /// <summary>Where the studio keeps what it has computed.</summary>
    internal string KeptFolder => Path.Combine(_folders.RunsFolder, ".studio");

    /// <summary>A file of <see cref="KeptFolder"/>, which exists then.</summary>
    /// <exception cref="SpotException">The folder cannot be made.</exception>
    internal string KeptFile(string name)
    {
        try
        {
            return Path.Combine(Directory.CreateDirectory(KeptFolder).FullName, name);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SpotException(
                $"{KeptFolder} cannot be made: {failure.Message}; the studio keeps there what it computes", failure);
        }
    }

    /// <summary>The index of a network; null where there is none yet.</summary>
    /// <param name="entry">The model.</param>
    /// <param name="network">What its features are known by.</param>
    /// <exception cref="SpotException">The images that the studio was started with cannot be used.</exception>
    internal string? Find(ModelEntry entry, string network)
    {
        if (HasImages)
            return KeptIndex(network) is var kept && File.Exists(kept) ? kept : null;
        string own = entry.Kind == ModelKind.Run ? entry.Path : Path.GetDirectoryName(entry.Path)!;
        return new[] { own, _folders.RunsFolder }.Distinct().SelectMany(Indices)
            .Where(path => _folders.FindFile(path) is not null && NetworkOf(path) == network)
            .MaxBy(File.GetLastWriteTimeUtc);
    }

    /// <summary>Refuses a path that is outside of what the studio may read.</summary>
    /// <exception cref="SpotException">It is.</exception>
    internal void RequireAllowed(string path)
    {
        if (_folders.Find(path) is null)
            throw new SpotException(
                "the index is of images outside of the folders that the studio may read; start it with --images and their folder");
    }

    /// <summary>Refuses images of which one lies outside: a link in a folder may lead anywhere, and so may a list.</summary>
    /// <exception cref="SpotException">One does.</exception>
    internal void RequireAllowed(ImageSet images)
    {
        foreach (string file in images.Files)
            if (_folders.Find(Path.GetFullPath(file)) is null)
                throw new SpotException(
                    $"{file} leads out of the folders that the studio may read: remove it, or start the studio with --images "
                    + "for its place too");
    }

    /// <summary>Makes the index of the studio's own images.</summary>
    /// <param name="network">What the features are known by.</param>
    /// <param name="load">Loads the network.</param>
    internal WorkItem Build(string network, Func<SpotModel> load) => _work.Start($"index {network}", (item, stop) =>
    {
        using SpotModel model = load();
        using ImageSet images = ImageSet.Open(_folders.ImageFolders);
        RequireAllowed(images);
        string path = KeptIndex(network);
        FeatureIndexBuilder.Build(model, images, new FeatureIndexOptions
        {
            Path = path,
            Sources = _folders.ImageFolders,
            Resume = File.Exists(path + ".features.safetensors.partial"),
        }, new StageProgress(item, "features"), stop);
    });

    private string KeptIndex(string network) => KeptFile($"{network[..8]}-{_images.Value}.spotindex");

    private string DigestOfImages()
    {
        using ImageSet images = ImageSet.Open(_folders.ImageFolders);
        return SetDigest.Of(images)[..8];
    }

    private static IEnumerable<string> Indices(string folder) =>
        Directory.EnumerateFiles(folder).Where(path => Path.GetExtension(path) is ".spotindex" or ".index");

    private static string? NetworkOf(string path)
    {
        try
        {
            using MappedSafetensors file = MappedSafetensors.Open(path);
            return file.Header.Metadata.GetValueOrDefault("network");
        }
        catch (SpotException)
        {
            return null; // not an index, or a damaged one: it is none of this network's
        }
    }
}
