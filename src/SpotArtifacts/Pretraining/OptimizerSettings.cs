using SpotArtifacts.Engine;

namespace SpotArtifacts.Pretraining;

/// <summary>The recipe's optimiser section as the engine takes it.</summary>
internal static class OptimizerSettings
{
    internal static AdamOptions Of(OptimizerOptions options) =>
        new(options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay, options.EmaDecay);

    internal static LinearDecay Schedule(double rate, long steps, OptimizerOptions options) =>
        new(rate, steps, options.DecayShare, options.FinalShare);
}
