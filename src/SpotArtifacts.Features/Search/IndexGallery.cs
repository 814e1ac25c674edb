using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Search;

/// <summary>The pictures of an index: read from where they were when it was made. Thread-safe.</summary>
internal sealed class IndexGallery : IDisposable
{
    private readonly FeatureIndex _index;

    private IndexGallery(FeatureIndex index, ImageSet images) => (_index, Images) = (index, images);

    /// <summary>All images that the index was made of, damaged ones as well.</summary>
    internal ImageSet Images { get; }

    /// <summary>Opens the images of an index, which stays the caller's.</summary>
    /// <exception cref="ImageSetException">They are not there any more.</exception>
    internal static IndexGallery Open(FeatureIndex index) => new(index, ImageSet.Open(index.Sources, index.SourcesOptions));

    /// <summary>The image of a row, among <see cref="Images"/>.</summary>
    /// <exception cref="SpotException">The gallery has changed: another image is in its place.</exception>
    internal int ImageOf(int row)
    {
        int image = _index.ImageOf(row);
        string name = _index.Name(row);
        // The gallery is opened by its whole path, the index may have been made by a shorter one.
        return image < Images.Count && Path.GetFileName(PartialFeatures.OneLine(Images.Name(image))) == Path.GetFileName(name)
            ? image
            : throw new SpotException(
                $"{name} is not where it was when the index was made: the gallery ({string.Join(", ", _index.Sources)}) has "
                + "changed; make the index anew");
    }

    /// <summary>Decodes the picture of a row.</summary>
    /// <exception cref="SpotException">The gallery has changed.</exception>
    /// <exception cref="ImageFormatException">It cannot be read any more.</exception>
    internal RgbImage Load(int row, DecodeTarget target = default) => Images.Load(ImageOf(row), target);

    /// <inheritdoc/>
    public void Dispose() => Images.Dispose();
}
