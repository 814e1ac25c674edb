namespace SpotArtifacts.Images;

/// <summary>For each output position of one axis: which source positions count, and how much (they sum to 1).</summary>
internal sealed class FilterTaps
{
    private int[] _starts = [];
    private int[] _counts = [];
    private float[] _weights = [];
    private double[] _exact = [];
    private int _stride;

    /// <summary>First source position that any output uses.</summary>
    internal int Lowest { get; private set; }

    /// <summary>One past the last source position that any output uses.</summary>
    internal int Highest { get; private set; }

    internal int Start(int output) => _starts[output];

    internal ReadOnlySpan<float> Weights(int output) => _weights.AsSpan(output * _stride, _counts[output]);

    /// <summary>
    /// The same with zeros behind them, as many for every output as for the one that has most, and an even number.
    /// </summary>
    internal ReadOnlySpan<float> PaddedWeights(int output) => _weights.AsSpan(output * _stride, PaddedCount);

    /// <summary>Length of <see cref="PaddedWeights"/>.</summary>
    internal int PaddedCount { get; private set; }

    /// <summary>Fills the table for an axis of <paramref name="length"/> source pixels.</summary>
    internal void Prepare(int length, double from, double extent, int size, ResizeFilter filter, bool reversed)
    {
        double scale = extent / size;
        double widening = Math.Max(scale, 1); // antialiasing when shrinking, interpolation when enlarging
        double support = (filter == ResizeFilter.Bilinear ? 1 : 2) * widening;
        Reserve(size, Even(2 * (int)Math.Ceiling(support) + 1));
        Lowest = length;
        Highest = 0;
        int most = 0;
        for (int i = 0; i < size; i++)
        {
            int output = reversed ? size - 1 - i : i;
            double centre = from + (i + 0.5) * scale;
            int start = Math.Clamp((int)Math.Floor(centre - support + 0.5), 0, length - 1);
            int end = Math.Clamp((int)Math.Floor(centre + support + 0.5), start + 1, length);
            _starts[output] = start;
            _counts[output] = end - start;
            most = Math.Max(most, end - start);
            Weigh(output, start - centre + 0.5, widening, filter);
            Lowest = Math.Min(Lowest, start);
            Highest = Math.Max(Highest, end);
        }
        PaddedCount = Even(most);
    }

    /// <summary>
    /// Writes the table as a matrix (outputs, source positions), row-major; what it does not set must be 0 already.
    /// </summary>
    internal void CopyTo(Span<float> matrix, int length)
    {
        for (int output = 0; output < matrix.Length / length; output++)
            Weights(output).CopyTo(matrix[(output * length + Start(output))..]);
    }

    private void Reserve(int size, int taps)
    {
        _stride = taps;
        if (_starts.Length < size)
        {
            _starts = new int[size];
            _counts = new int[size];
        }
        if (_weights.Length < size * taps)
            _weights = new float[size * taps];
        if (_exact.Length < taps)
            _exact = new double[taps];
    }

    private void Weigh(int output, double firstDistance, double widening, ResizeFilter filter)
    {
        Span<double> raw = _exact.AsSpan(0, _counts[output]);
        double sum = 0;
        for (int k = 0; k < raw.Length; k++)
        {
            double t = Math.Abs(firstDistance + k) / widening;
            raw[k] = filter == ResizeFilter.Bilinear ? Math.Max(1 - t, 0) : Cubic(t);
            sum += raw[k];
        }
        Span<float> target = _weights.AsSpan(output * _stride, raw.Length);
        for (int k = 0; k < raw.Length; k++)
            target[k] = (float)(raw[k] / sum);
        _weights.AsSpan(output * _stride + raw.Length, _stride - raw.Length).Clear();
    }

    private static int Even(int count) => count + count % 2;

    private static double Cubic(double t)
    {
        const double a = -0.5;
        return t < 1 ? ((a + 2) * t - (a + 3)) * t * t + 1
            : t < 2 ? (((t - 5) * t + 8) * t - 4) * a
            : 0;
    }
}
