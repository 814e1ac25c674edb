namespace SpotArtifacts.Verification;

/// <summary>A compared tensor.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Stage">The stage it belongs to, as <c>grad.repair</c>.</param>
/// <param name="Deviation">How far off the program is.</param>
/// <param name="Ok">Whether that is within the stage's tolerance.</param>
internal sealed record TensorResult(string Name, string Stage, Deviation Deviation, bool Ok);

/// <summary>The tensors of one stage.</summary>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Tensors">Number of tensors compared.</param>
/// <param name="Max">The one with the largest max deviation.</param>
/// <param name="L2">The one with the largest l2 deviation.</param>
/// <param name="Tolerance">What the stage is judged by.</param>
/// <param name="Ok">Whether all of them are within the tolerance.</param>
internal sealed record StageResult(string Stage, int Tensors, TensorResult Max, TensorResult L2, Tolerance Tolerance, bool Ok);

/// <summary>Outcome of one fixture.</summary>
/// <param name="File">Path of the file.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Inputs">Number of tensors that were inputs of the replay, not compared.</param>
/// <param name="Stages">Outcome of each stage, in the order they were computed.</param>
/// <param name="Failed">Tensors past their tolerance.</param>
/// <param name="Unchecked">Tensors of the file that the replay neither read nor computed.</param>
internal sealed record VerificationReport(
    string File, FixtureKind Kind, int Inputs, IReadOnlyList<StageResult> Stages, IReadOnlyList<TensorResult> Failed,
    IReadOnlyList<string> Unchecked)
{
    /// <summary>Whether every tensor of the file was used, and none is past its tolerance.</summary>
    public bool Ok => Stages.Count > 0 && Failed.Count == 0 && Unchecked.Count == 0;
}
