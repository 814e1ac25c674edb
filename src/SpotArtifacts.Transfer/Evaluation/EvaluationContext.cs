using System.Diagnostics.CodeAnalysis;
using SpotArtifacts.Images.Sharing;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>What a protocol is given besides the network.</summary>
public record EvaluationContext
{
    /// <summary>The images.</summary>
    public required EvaluationData Data { get; init; }

    /// <summary>The protocol's settings.</summary>
    public required ProtocolSettings Settings { get; init; }

    /// <summary>Seeds of whatever is random, 1 or more; a protocol without randomness ignores them.</summary>
    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>The network's frozen features, computed once for all protocols.</summary>
    public required FeatureCache Features { get; init; }

    /// <summary>Told how far long work has come.</summary>
    public required EvaluationProgress Progress { get; init; }

    /// <summary>
    /// Processes that measure together. Each runs the protocol, so that all ask for the same features at the same time; what is
    /// trained is to be done in turn.
    /// </summary>
    internal IWorkShare Share => Data.Share;

    /// <summary>Cancelled by Ctrl-C: look at it between steps.</summary>
    public CancellationToken Stop { get; init; }
}

/// <summary>The same for a protocol whose settings are a record.</summary>
/// <typeparam name="TOptions">The record.</typeparam>
public sealed record EvaluationContext<TOptions> : EvaluationContext
{
    [SetsRequiredMembers]
    internal EvaluationContext(EvaluationContext context, TOptions options) : base(context) => Options = options;

    /// <summary>The protocol's settings.</summary>
    public TOptions Options { get; }
}
