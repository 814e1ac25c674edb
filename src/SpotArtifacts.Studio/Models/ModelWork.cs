using SpotArtifacts.Features;
using SpotArtifacts.Features.Search;

namespace SpotArtifacts.Studio.Models;

/// <summary>What is computed of a model and its index in the background, and where it is kept.</summary>
/// <param name="models">Opens the model for the time of the work: whoever asked for it may have gone.</param>
/// <param name="indices">Says where it is kept.</param>
/// <param name="work">Does it.</param>
internal sealed class ModelWork(OpenModels models, ImageIndices indices, BackgroundWork work) : IDisposable
{
    /// <summary>The map of an index; null where it has not been made.</summary>
    internal FeatureMap? Map(SearchSpace space) => FeatureMap.TryRead(MapFile(space));

    /// <summary>Where the sheet of the map is.</summary>
    internal string SheetFile(SearchSpace space) => FeatureMap.SheetOf(MapFile(space));

    /// <summary>Makes the map, unless that is under way.</summary>
    internal WorkItem MakeMap(ModelEntry entry, SearchSpace space)
    {
        string path = MapFile(space);
        return Start(path, entry, (_, open, item, stop) => FeatureMap.Make(open, path, item, stop));
    }

    /// <summary>The copies among an index's images; null where nobody has looked for them.</summary>
    internal CopyGroups? Copies(SearchSpace space) => CopyGroups.TryRead(CopiesFile(space));

    /// <summary>The search for copies, where it is under way; else null.</summary>
    internal WorkItem? FindingCopies(SearchSpace space) =>
        work.Find(CopiesFile(space)) is { Progress.Ended: false } item ? item : null;

    /// <summary>Looks for copies, unless that is under way.</summary>
    internal WorkItem FindCopies(ModelEntry entry, SearchSpace space)
    {
        string path = CopiesFile(space);
        return Start(path, entry, (model, open, item, stop) =>
        {
            // Whatever the index is of: these features propose copies best.
            using SpotModel proposing = model.OpenFeatures(DuplicateFinder.ModelOptions with { Threads = 1 });
            CopyGroups.Find(proposing, open.Images, path, item, stop);
        });
    }

    /// <summary>Ends what is under way, before the models that it uses are closed.</summary>
    public void Dispose() => work.Dispose();

    private string MapFile(SearchSpace space) => indices.KeptFile($"{space.Identity}.map.json");

    private string CopiesFile(SearchSpace space) => indices.KeptFile($"{space.Identity}.copies.json");

    private WorkItem Start(string path, ModelEntry entry, Action<OpenModel, SearchSpace, WorkItem, CancellationToken> make) =>
        work.Start(path, (item, stop) =>
        {
            using ModelLease lease = models.Take(entry.Name);
            make(lease.Model, lease.Model.SpaceAsync().GetAwaiter().GetResult()!, item, stop);
        });
}
