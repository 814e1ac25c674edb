namespace SpotArtifacts.Studio.Models;

/// <summary>The models in use, and the last few that were: the least recently used is closed when a further one is opened.</summary>
internal sealed class OpenModels(ModelCatalog catalog, EngineThread engine, ImageIndices indices) : IDisposable
{
    private const int Kept = 3;

    private readonly Lock _gate = new();
    private readonly List<OpenModel> _models = [];

    /// <summary>Takes a model into use until what is returned is disposed.</summary>
    /// <exception cref="SpotException">There is none of that name.</exception>
    internal ModelLease Take(string name)
    {
        ModelEntry entry = catalog.Find(name);
        lock (_gate)
        {
            // A run that has trained on has another state, and so another entry.
            OpenModel model = _models.Find(one => one.Entry == entry) ?? new OpenModel(entry, engine, indices);
            _models.Remove(model);
            _models.Add(model);
            model.Users++;
            return new ModelLease(model, GiveBack);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (OpenModel model in _models)
                model.Dispose();
            _models.Clear();
        }
    }

    private void GiveBack(OpenModel model)
    {
        lock (_gate)
        {
            model.Users--;
            foreach (OpenModel old in _models.SkipLast(Kept).Where(one => one.Users == 0).ToArray())
            {
                _models.Remove(old);
                old.Dispose();
            }
        }
    }
}

/// <summary>A model that stays open until this is disposed.</summary>
internal sealed class ModelLease(OpenModel model, Action<OpenModel> giveBack) : IDisposable
{
    private int _given;

    /// <summary>The model.</summary>
    internal OpenModel Model => model;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _given, 1) == 0)
            giveBack(model);
    }
}
