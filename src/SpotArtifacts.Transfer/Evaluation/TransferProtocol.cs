using SpotArtifacts.Settings;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>A protocol with settings: what <c>--set</c> changes reaches it as an immutable record of its own.</summary>
/// <typeparam name="TOptions">The record, whose initial values are the protocol's defaults.</typeparam>
/// <param name="keys">What of the record can be set; all of it goes into the result.</param>
/// <param name="defaults">Values other than the record's initial ones, or null.</param>
public abstract class TransferProtocol<TOptions>(SettingKeys<TOptions> keys, TOptions? defaults = null) : ITransferProtocol
    where TOptions : class, new()
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract string Summary { get; }

    /// <inheritdoc/>
    public ProtocolSettings Settings { get; } = new ProtocolSettings<TOptions>(keys, defaults ?? new());

    /// <inheritdoc/>
    public abstract string? CannotUse(EvaluationData data);

    /// <inheritdoc/>
    public virtual string? CannotUse(EvaluatedNetwork network) => null;

    /// <inheritdoc cref="ITransferProtocol.Requests"/>
    protected virtual IEnumerable<FeatureRequest> Requests(TOptions options) => [];

    /// <inheritdoc cref="ITransferProtocol.Evaluate"/>
    protected abstract ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext<TOptions> context);

    IEnumerable<FeatureRequest> ITransferProtocol.Requests(ProtocolSettings settings) => Requests(Options(settings));

    ProtocolResult? ITransferProtocol.Evaluate(EvaluatedNetwork network, EvaluationContext context) =>
        Evaluate(network, new EvaluationContext<TOptions>(context, Options(context.Settings)));

    private static TOptions Options(ProtocolSettings settings) => ((ProtocolSettings<TOptions>)settings).Options;
}
