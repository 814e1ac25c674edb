using SpotArtifacts.Export;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Inspection;

namespace SpotArtifacts.Studio.Models;

/// <summary>
/// A model in use: each part of it is loaded when it is first asked for, and again where that has failed. A run is exported into its
/// folder the first time, as every command does that uses its features. Thread-safe.
/// </summary>
internal sealed class OpenModel(ModelEntry entry, EngineThread engine, ImageIndices indices) : IDisposable
{
    private readonly Lock _gate = new();
    private Task<ModelDescription>? _description;
    private Task<IReadOnlyList<string>>? _filters;
    private Task<SearchSpace>? _space;
    private Task<ArtifactInspector>? _inspector;

    /// <summary>Which model.</summary>
    internal ModelEntry Entry => entry;

    /// <summary>Whoever has taken it and not given it back; counted by <see cref="OpenModels"/>.</summary>
    internal int Users { get; set; }

    /// <summary>What the network is, and how it was trained.</summary>
    internal Task<ModelDescription> DescriptionAsync() => Once(ref _description, () => Load(() =>
    {
        // Of a layer by name: nothing has to be fitted for what the network says of itself.
        using SpotModel model = ExportOnDemand.OpenModel(entry.Path, new SpotModelOptions { Layer = FeatureLayer.Conv1 });
        return model.Description;
    }));

    /// <summary>The filters of conv1 as addresses of pictures.</summary>
    internal Task<IReadOnlyList<string>> FiltersAsync() => Once(ref _filters, () => Load<IReadOnlyList<string>>(
        () => [.. ExportOnDemand.OpenFilters(entry.Path).Select(ImageData.Url)]));

    /// <summary>The model with an index of images; null where there is none.</summary>
    internal async Task<SearchSpace?> SpaceAsync()
    {
        if (_space is { IsCompletedSuccessfully: true } open)
            return open.Result;
        ModelDescription description = await DescriptionAsync().ConfigureAwait(false);
        string? path = await Task.Run(() => indices.Find(entry, description.Network)).ConfigureAwait(false);
        if (path is null)
            return null;
        return await Once(ref _space, () => Task.Run(() => SearchSpace.Open(path, OpenFeatures, indices)))
            .ConfigureAwait(false);
    }

    /// <summary>The same for who can do without: null as well where the index cannot be used.</summary>
    internal async Task<SearchSpace?> TrySpaceAsync()
    {
        try
        {
            return await SpaceAsync().ConfigureAwait(false);
        }
        catch (SpotException)
        {
            return null;
        }
    }

    /// <summary>Makes the index of the images that the studio was started with, in the background.</summary>
    internal async Task<WorkItem> BuildIndexAsync()
    {
        ModelDescription description = await DescriptionAsync().ConfigureAwait(false);
        // Nothing is fitted here: the run's images may lie where the studio must not read.
        SpotModelOptions options = new() { Layer = description.Whitening.Length > 0 ? null : FeatureLayer.Conv2 };
        return indices.Build(description.Network, () => OpenFeatures(options));
    }

    /// <summary>Loads the network for features; the caller disposes it. Not on the thread of libtorch.</summary>
    internal SpotModel OpenFeatures(SpotModelOptions options) =>
        entry.Kind == ModelKind.Exported
            ? SpotModel.Load(entry.Path, options)
            // Exporting, which libtorch does, has usually been done before: then this only looks.
            : engine.Run(() => ExportOnDemand.OpenModel(entry.Path, options)).GetAwaiter().GetResult();

    /// <summary>The network for inspection.</summary>
    internal Task<ArtifactInspector> InspectorAsync() =>
        Once(ref _inspector, () => Load(() => ExportOnDemand.OpenInspector(entry.Path, new InspectionOptions { Threads = 1 })));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_space is { IsCompletedSuccessfully: true } space)
            space.Result.Dispose();
        if (_inspector is { IsCompletedSuccessfully: true } inspector)
            inspector.Result.Dispose();
    }

    private Task<T> Load<T>(Func<T> load) => entry.Kind == ModelKind.Exported ? Task.Run(load) : engine.Run(load);

    private Task<T> Once<T>(ref Task<T>? kept, Func<Task<T>> make)
    {
        lock (_gate)
        {
            if (kept is null || kept.IsFaulted || kept.IsCanceled)
                kept = make();
            return kept;
        }
    }
}
