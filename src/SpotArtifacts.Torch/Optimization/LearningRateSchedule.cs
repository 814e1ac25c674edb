namespace SpotArtifacts.Torch.Optimization;

/// <summary>A rate that falls linearly over the first part of the steps and then stays (SPEC section 4).</summary>
/// <param name="Initial">Rate of step 0.</param>
/// <param name="Steps">Number of steps in all.</param>
/// <param name="DecayShare">Part of the steps over which the rate falls.</param>
/// <param name="FinalShare">Last rate as a share of the first.</param>
public sealed record LinearDecay(double Initial, long Steps, double DecayShare = 0.9, double FinalShare = 0.01)
{
    /// <summary>Rate of a step, counted from 0.</summary>
    public double At(long step) => Initial * (1 - (1 - FinalShare) * Math.Min(1, step / (DecayShare * Steps)));
}

/// <summary>A rate that is multiplied by a factor at given steps.</summary>
/// <param name="Initial">Rate of step 0.</param>
/// <param name="Milestones">Steps from which on another factor applies, rising.</param>
/// <param name="Factor">The factor.</param>
public sealed record StepDecay(double Initial, IReadOnlyList<long> Milestones, double Factor = 0.1)
{
    /// <summary>Rate of a step, counted from 0.</summary>
    public double At(long step) => Initial * Math.Pow(Factor, Milestones.Count(m => step >= m));
}
