using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>
/// One network's frozen features, kept while its protocols run. Each view of the images passes through the network once, for all
/// reductions that were announced; what two reductions leave alone is kept once.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="data">The images.</param>
/// <param name="progress">Told of passes.</param>
/// <param name="stop">Looked at between batches.</param>
public sealed class FeatureCache(EvaluatedNetwork network, EvaluationData data, EvaluationProgress progress,
    CancellationToken stop) : IDisposable
{
    private readonly Dictionary<FeatureRequest, IReadOnlyList<FeatureBank>> _banks = [];
    private readonly HashSet<FeatureRequest> _announced = [];
    private readonly Lazy<FeatureExtractor> _extractor = new(network.OpenExtractor);

    /// <summary>The frozen network itself.</summary>
    public FeatureExtractor Extractor => _extractor.Value;

    /// <summary>
    /// Says what will be asked for from now on, so that one pass serves all, and drops what is not among it; nothing is computed
    /// yet.
    /// </summary>
    internal void Announce(IEnumerable<FeatureRequest> requests)
    {
        _announced.Clear();
        _announced.UnionWith(requests);
        HashSet<FeatureBank> needed = [.. _announced.Where(_banks.ContainsKey).SelectMany(request => _banks[request])];
        foreach (FeatureRequest request in _banks.Keys.Where(request => !_announced.Contains(request)).ToArray())
        {
            foreach (FeatureBank bank in _banks[request].Where(bank => !needed.Contains(bank)))
                bank.Dispose();
            _banks.Remove(request);
        }
    }

    /// <summary>
    /// Features of all layers, in order; computed when first asked for. They belong to the cache and must not be changed.
    /// </summary>
    /// <exception cref="SpotException">They do not fit into memory.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<FeatureBank> Get(FeatureRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_banks.TryGetValue(request, out IReadOnlyList<FeatureBank>? present))
            return present;
        FeatureRequest[] together =
            [request,
            .. _announced.Where(r => r != request && r.Role == request.Role && r.View == request.View && !_banks.ContainsKey(r))];
        IReadOnlyList<FeatureBank>[] computed = Pass(request.Role, request.View, [.. together.Select(r => r.Reduction)]);
        for (int i = 0; i < together.Length; i++)
            _banks[together[i]] = computed[i];
        return computed[0];
    }

    /// <summary>
    /// The same, not kept: for views that are looked at once (ten crops of test images). The caller disposes the banks.
    /// </summary>
    public IReadOnlyList<FeatureBank> Compute(FeatureRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Pass(request.Role, request.View, [request.Reduction])[0];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (FeatureBank bank in _banks.Values.SelectMany(banks => banks).Distinct())
            bank.Dispose();
        _banks.Clear();
        if (_extractor.IsValueCreated)
            _extractor.Value.Dispose();
    }

    private IReadOnlyList<FeatureBank>[] Pass(ImageRole role, FeatureView view, IReadOnlyList<FeatureReduction> reductions)
    {
        LabelledImages source = role == ImageRole.Train ? data.Train : data.Test;
        EvaluationProgress.Stretch stretch =
            progress.Begin($"{network.Name}: features of {(role == ImageRole.Train ? "training" : "test")} images", source.Count,
            1);
        return FeatureBankFilling.Pass(Extractor, source, view.Make(Extractor.ImageSize), reductions,
            stretch, data.Share, stop);
    }
}
