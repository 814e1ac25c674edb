namespace SpotArtifacts.Engine;

/// <summary>A learning rate that falls linearly over the first part of the steps and then stays (method.md section 4).</summary>
/// <param name="Initial">Rate of step 0.</param>
/// <param name="Steps">Number of steps in all.</param>
/// <param name="DecayShare">Part of the steps over which the rate falls.</param>
/// <param name="FinalShare">Last rate as a share of the first.</param>
public sealed record LinearDecay(double Initial, long Steps, double DecayShare = 0.9, double FinalShare = 0.01)
{
    /// <summary>Rate of a step, counted from 0.</summary>
    public double At(long step) => Initial * (1 - (1 - FinalShare) * Math.Min(1, step / (DecayShare * Steps)));
}
