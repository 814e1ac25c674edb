namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>What is measured, and with what.</summary>
/// <param name="Protocols">1 or more, in the order they are run.</param>
/// <param name="Assignments"><c>name=value</c> or <c>protocol.name=value</c>, over the protocols' defaults.</param>
/// <param name="Seeds">1 or more.</param>
public sealed record EvaluationPlan(IReadOnlyList<ITransferProtocol> Protocols, IReadOnlyList<string> Assignments,
    IReadOnlyList<ulong> Seeds);

/// <summary>
/// Runs protocols over networks: network by network, so that only one's features are in memory, and each protocol's as long as
/// one needs them.
/// </summary>
public sealed class Evaluator
{
    private readonly EvaluationData _data;
    private readonly EvaluationPlan _plan;
    private readonly EvaluationProgress _progress;
    private readonly (ITransferProtocol Protocol, ProtocolSettings Settings)[] _steps;

    /// <summary>Checks the plan; nothing is computed yet.</summary>
    /// <exception cref="SpotException">A setting is unknown or not allowed, or a protocol cannot use the images.</exception>
    public Evaluator(EvaluationData data, EvaluationPlan plan, EvaluationProgress progress)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(plan);
        (_data, _plan, _progress) = (data, plan, progress);
        ProtocolSettings.RequireKnown(plan.Protocols, plan.Assignments);
        _steps = [.. plan.Protocols.Select(protocol => (protocol, ProtocolSettings.Resolve(protocol, plan.Assignments)))];
        foreach (ITransferProtocol protocol in plan.Protocols)
            if (protocol.CannotUse(data) is { } reason)
                throw new SpotException($"{protocol.Name}: {reason}");
    }

    /// <summary>Measures the networks.</summary>
    /// <returns>Protocol by protocol, network by network; a pair without meaning is left out.</returns>
    /// <exception cref="SpotException">A protocol cannot measure one of them.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<ProtocolResult> Run(IReadOnlyList<EvaluatedNetwork> networks, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(networks);
        foreach (ITransferProtocol protocol in _plan.Protocols)
            if (networks.Select(protocol.CannotUse).FirstOrDefault(reason => reason is not null) is { } reason)
                throw new SpotException($"{protocol.Name}: {reason}");
        IEnumerable<ProtocolResult> results = [.. networks.SelectMany(network => Measure(network, stop))];
        return [.. _steps.SelectMany(step => results.Where(result => result.Protocol == step.Protocol.Name))];
    }

    private List<ProtocolResult> Measure(EvaluatedNetwork network, CancellationToken stop)
    {
        using var features = new FeatureCache(network, _data, _progress, stop);
        var results = new List<ProtocolResult>();
        for (int i = 0; i < _steps.Length; i++)
        {
            stop.ThrowIfCancellationRequested();
            (ITransferProtocol protocol, ProtocolSettings settings) = _steps[i];
            features.Announce(_steps[i..].SelectMany(step => step.Protocol.Requests(step.Settings)));
            var context = new EvaluationContext
            {
                Data = _data,
                Settings = settings,
                Seeds = _plan.Seeds,
                Features = features,
                Progress = _progress,
                Stop = stop
            };
            if (protocol.Evaluate(network, context) is { } result)
                results.Add(result);
        }
        return results;
    }
}
