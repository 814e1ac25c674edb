using System.Numerics;
using System.Runtime.CompilerServices;

namespace SpotArtifacts.Features.Mapping;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric tridiagonal matrix, the largest first: implicit QL with Wilkinson's shift (as
/// EISPACK's tql2).
/// </summary>
internal sealed class TridiagonalEigen
{
    private const int MaxRounds = 60;

    private readonly double[] _values;

    // One eigenvector for each value.
    private readonly double[][] _vectors;
    private readonly int[] _order;

    private TridiagonalEigen(double[] values, double[][] vectors)
    {
        (_values, _vectors) = (values, vectors);
        _order = [.. Enumerable.Range(0, values.Length).OrderByDescending(i => values[i])];
    }

    /// <summary>Solves.</summary>
    /// <param name="diagonal">m numbers.</param>
    /// <param name="beside">m - 1 numbers, or more, which are ignored: those beside the diagonal.</param>
    internal static TridiagonalEigen Of(double[] diagonal, double[] beside)
    {
        int m = diagonal.Length;
        double[] d = [.. diagonal], e = [.. beside.Take(m - 1), .. Enumerable.Repeat(0.0, m - Math.Min(beside.Length, m - 1))];
        double[][] vectors = [.. Enumerable.Range(0, m).Select(_ => new double[m])];
        for (int i = 0; i < m; i++)
            vectors[i][i] = 1;
        for (int first = 0; first < m; first++)
            for (int round = 0; round < MaxRounds; round++)
            {
                int last = first;
                while (last < m - 1 && Math.Abs(e[last]) > 1e-15 * (Math.Abs(d[last]) + Math.Abs(d[last + 1])))
                    last++;
                if (last == first)
                    break;
                Sweep(d, e, vectors, first, last);
            }
        return new TridiagonalEigen(d, vectors);
    }

    /// <summary>The i-th largest eigenvalue.</summary>
    internal double Value(int i) => _values[_order[i]];

    /// <summary>An entry of the i-th largest value's eigenvector, which has length 1.</summary>
    internal double Entry(int i, int row) => _vectors[_order[i]][row];

    /// <summary>
    /// The largest error of the first k eigenvectors, where the matrix goes on with <paramref name="next"/> beside its diagonal.
    /// </summary>
    internal double Residual(int k, double next) =>
        Enumerable.Range(0, k).Max(i => Math.Abs(next * Entry(i, _values.Length - 1)));

    // One QL step on the block first ... last: rotations chase the bulge from its end to its beginning.
    private static void Sweep(double[] d, double[] e, double[][] vectors, int first, int last)
    {
        double g = (d[first + 1] - d[first]) / (2 * e[first]), r = Math.Sqrt(g * g + 1);
        g = d[last] - d[first] + e[first] / (g + (g >= 0 ? r : -r));
        double sine = 1, cosine = 1, p = 0;
        for (int i = last - 1; i >= first; i--)
        {
            double f = sine * e[i], b = cosine * e[i];
            r = Math.Sqrt(f * f + g * g);
            e[i + 1] = r;
            if (r == 0)
            {
                d[i + 1] -= p;
                e[last] = 0;
                return;
            }
            (sine, cosine) = (f / r, g / r);
            g = d[i + 1] - p;
            r = (d[i] - g) * sine + 2 * cosine * b;
            p = sine * r;
            d[i + 1] = g + p;
            g = cosine * r - b;
            Rotate(vectors[i], vectors[i + 1], sine, cosine);
        }
        d[first] -= p;
        e[first] = g;
        e[last] = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rotate(double[] one, double[] next, double sine, double cosine)
    {
        ref double a = ref one[0], b = ref next[0];
        Vector<double> s = new(sine), c = new(cosine);
        int i = 0;
        for (; i + Vector<double>.Count <= one.Length; i += Vector<double>.Count)
        {
            Vector<double> x = Vector.LoadUnsafe(ref a, (nuint)i), y = Vector.LoadUnsafe(ref b, (nuint)i);
            (s * x + c * y).StoreUnsafe(ref b, (nuint)i);
            (c * x - s * y).StoreUnsafe(ref a, (nuint)i);
        }
        for (; i < one.Length; i++)
            (next[i], one[i]) = (sine * one[i] + cosine * next[i], cosine * one[i] - sine * next[i]);
    }
}
