using SpotArtifacts.Features;
using SpotArtifacts.Features.Search;
using SpotArtifacts.Images;

namespace SpotArtifacts.Studio.Models;

/// <summary>An image that was found.</summary>
/// <param name="Image">Its number among the images of the index.</param>
/// <param name="Name">What the user knows it by.</param>
/// <param name="Similarity">Cosine, -1 to 1.</param>
internal sealed record FoundImage(int Image, string Name, float Similarity);

/// <summary>A model with an index of its making and the images of that: what can be searched, mapped, gone through. Thread-safe.
/// </summary>
internal sealed class SearchSpace : IDisposable
{
    private readonly FeatureIndex _index;
    private readonly IndexGallery _gallery;
    private readonly SpotModel _model;

    private SearchSpace(FeatureIndex index, IndexGallery gallery, SpotModel model) =>
        (_index, _gallery, _model) = (index, gallery, model);

    /// <summary>The images.</summary>
    internal ImageSet Images => _gallery.Images;

    /// <summary>The network, for the features of the index.</summary>
    internal SpotModel Model => _model;

    /// <summary>What tells its images and its network from others'.</summary>
    internal string Identity => $"{_model.Description.Network[..8]}-{_index.Checksum}";

    /// <summary>Opens an index.</summary>
    /// <param name="path">The index.</param>
    /// <param name="load">Loads the model for features.</param>
    /// <param name="indices">Refuses what the studio must not read.</param>
    /// <exception cref="SpotException">It is damaged, its images have gone, or they may not be read.</exception>
    internal static SearchSpace Open(string path, Func<SpotModelOptions, SpotModel> load, ImageIndices indices)
    {
        FeatureIndex index = FeatureIndex.Open(path);
        IndexGallery? gallery = null;
        try
        {
            foreach (string source in index.Sources)
                indices.RequireAllowed(source);
            if (index.SourcesOptions.QuarantineList is { } list)
                indices.RequireAllowed(list);
            gallery = IndexGallery.Open(index);
            indices.RequireAllowed(gallery.Images);
            // Requests are joined into batches as they come; more threads would only wait for one another.
            SpotModel model = load(index.ModelOptions with { Threads = 1 });
            index.RequireSame(model);
            return new SearchSpace(index, gallery, model);
        }
        catch
        {
            gallery?.Dispose();
            index.Dispose();
            throw;
        }
    }

    /// <summary>The images most like one, most similar first.</summary>
    /// <param name="image">What is searched for.</param>
    /// <param name="count">How many.</param>
    /// <param name="stop">Stops the search.</param>
    internal async Task<IReadOnlyList<FoundImage>> LikeAsync(RgbImage image, int count, CancellationToken stop)
    {
        float[] vector = await _model.EmbedAsync(image, stop).ConfigureAwait(false);
        return [.. _index.Search(_model, [vector], count, stop)[0].Select(hit =>
            new FoundImage(_index.ImageOf(hit.Row), hit.Name, hit.Similarity))];
    }

    /// <summary>The images most like one of them, without that one.</summary>
    internal async Task<IReadOnlyList<FoundImage>> LikeAsync(int image, int count, CancellationToken stop)
    {
        RgbImage picture = await Task.Run(() => Images.Load(image, _model.View.Target), stop).ConfigureAwait(false);
        IReadOnlyList<FoundImage> found = await LikeAsync(picture, count + 1, stop).ConfigureAwait(false);
        return [.. found.Where(one => one.Image != image).Take(count)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _model.Dispose();
        _gallery.Dispose();
        _index.Dispose();
    }
}
