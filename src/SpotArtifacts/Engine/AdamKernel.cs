using System.Numerics;
using System.Runtime.CompilerServices;

namespace SpotArtifacts.Engine;

/// <summary>
/// The numbers of one step of <see cref="Adam"/>, in double: 1 - beta is taken before rounding to float, which would cost it
/// (beta2 = 0.999) a hundred-thousandth.
/// </summary>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to sqrt(v_hat).</param>
/// <param name="StepSize">Learning rate / (1 - beta1^t).</param>
/// <param name="InverseRootCorrection">1 / sqrt(1 - beta2^t).</param>
/// <param name="Decay">L2 factor of this tensor.</param>
/// <param name="EmaKeep">Decay of the moving average in this step.</param>
internal readonly record struct AdamStep(
    double Beta1, double Beta2, double Epsilon, double StepSize, double InverseRootCorrection, double Decay, double EmaKeep);

/// <summary>
/// Adam, weight decay and the moving average in one pass over memory. The step is bound by memory traffic: five arrays are read
/// and four written once, where separate operators would go over them about fifteen times.
/// </summary>
internal static unsafe class AdamKernel
{
    /// <summary>
    /// g = gradient + decay * p; m = beta1 * m + (1 - beta1) * g; v = beta2 * v + (1 - beta2) * g * g;
    /// p -= stepSize * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon); average = keep * average + (1 - keep) * p.
    /// All spans have one length.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at once, not after the runtime has seen it slow for a while
    public static void Step(Span<float> p, ReadOnlySpan<float> gradient, Span<float> m, Span<float> v, Span<float> average,
        AdamStep step)
    {
        Vector<float> beta1 = new((float)step.Beta1), take1 = new((float)(1 - step.Beta1));
        Vector<float> beta2 = new((float)step.Beta2), take2 = new((float)(1 - step.Beta2));
        Vector<float> keep = new((float)step.EmaKeep), take = new((float)(1 - step.EmaKeep)), decay = new((float)step.Decay);
        Vector<float> epsilon = new((float)step.Epsilon), size = new((float)step.StepSize),
        correction = new((float)step.InverseRootCorrection);
        int i = 0;
        // Pointers: the runtime checks each of nine spans at each access.
        fixed (float* pp = p, pg = gradient, pm = m, pv = v, pa = average)
            for (; i <= p.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> value = Vector.Load(pp + i);
                Vector<float> g = Vector.FusedMultiplyAdd(decay, value, Vector.Load(pg + i));
                Vector<float> first = Vector.FusedMultiplyAdd(beta1, Vector.Load(pm + i), take1 * g);
                Vector<float> second = Vector.FusedMultiplyAdd(beta2, Vector.Load(pv + i), take2 * g * g);
                value -= size * first / Vector.FusedMultiplyAdd(Vector.SquareRoot(second), correction, epsilon);
                Vector.Store(Vector.FusedMultiplyAdd(keep, Vector.Load(pa + i), take * value), pa + i);
                Vector.Store(first, pm + i);
                Vector.Store(second, pv + i);
                Vector.Store(value, pp + i);
            }
        StepScalar(p[i..], gradient[i..], m[i..], v[i..], average[i..], step);
    }

    /// <summary>What <see cref="Step"/> computes, bit for bit, one element at a time.</summary>
    public static void StepScalar(Span<float> p, ReadOnlySpan<float> gradient, Span<float> m, Span<float> v, Span<float> average,
        AdamStep step)
    {
        float beta1 = (float)step.Beta1, take1 = (float)(1 - step.Beta1), beta2 = (float)step.Beta2,
        take2 = (float)(1 - step.Beta2);
        float keep = (float)step.EmaKeep, take = (float)(1 - step.EmaKeep), decay = (float)step.Decay;
        float epsilon = (float)step.Epsilon, size = (float)step.StepSize, correction = (float)step.InverseRootCorrection;
        for (int i = 0; i < p.Length; i++)
        {
            float g = MathF.FusedMultiplyAdd(decay, p[i], gradient[i]);
            m[i] = MathF.FusedMultiplyAdd(beta1, m[i], take1 * g);
            v[i] = MathF.FusedMultiplyAdd(beta2, v[i], take2 * g * g);
            p[i] -= size * m[i] / MathF.FusedMultiplyAdd(MathF.Sqrt(v[i]), correction, epsilon);
            average[i] = MathF.FusedMultiplyAdd(keep, average[i], take * p[i]);
        }
    }
}
