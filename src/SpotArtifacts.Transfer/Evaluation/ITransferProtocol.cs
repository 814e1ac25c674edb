namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>
/// A named, recorded way of measuring what a network's layers are worth: features (or the network itself) in, named metrics out.
/// Adding one is one file under Protocols/ and one line in <see cref="ProtocolRegistry"/>; one with settings derives from
/// <see cref="TransferProtocol{TOptions}"/>.
/// </summary>
/// <remarks>Instances hold no state: one serves any number of evaluations.</remarks>
public interface ITransferProtocol
{
    /// <summary>Name on the command line, as <c>linear-zhang</c>.</summary>
    string Name { get; }

    /// <summary>One line: what is measured, and whose protocol it is.</summary>
    string Summary { get; }

    /// <summary>
    /// Everything a user may change of what moves the number, at its default; all of it goes into the result.
    /// </summary>
    ProtocolSettings Settings => ProtocolSettings.None;

    /// <summary>
    /// Why the protocol cannot measure on these images, or null when it can: <c>--all </c> leaves it out then, by name it is
    /// refused.
    /// </summary>
    /// <param name="data">The images, labels looked at as far as that is needed; VOC's are known by their paths alone.</param>
    string? CannotUse(EvaluationData data);

    /// <summary>
    /// Why the protocol cannot measure a network, or null when it can, as all are unless said: asked before anything is computed,
    /// <c>--all </c> leaves the protocol out then, by name it is refused.
    /// </summary>
    /// <param name="network">One of those that are to be measured.</param>
    string? CannotUse(EvaluatedNetwork network) => null;

    /// <summary>
    /// The frozen features the protocol will ask for, so that those of all protocols come out of the same passes; none by
    /// default.
    /// </summary>
    /// <param name="settings">As <see cref="Evaluate"/> will see them.</param>
    IEnumerable<FeatureRequest> Requests(ProtocolSettings settings) => [];

    /// <summary>Measures one network.</summary>
    /// <param name="network">Frozen features come from the context's cache; a protocol that trains opens a copy of the
    /// network.</param>
    /// <param name="context">Images, settings, seeds, features; where progress goes.</param>
    /// <returns>Null where the protocol has no meaning for the network (an encoder has no conv5 to fine-tune).</returns>
    /// <exception cref="OperationCanceledException">The context's token was cancelled.</exception>
    ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext context);
}
