using System.Numerics;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>
/// Linear support vector machine with squared hinge loss and L2 penalty, min 0.5 |w|^2 + sum C_i max(0, 1 - y_i w.x_i)^2 with a
/// constant feature 1 for the bias, by dual coordinate descent (Hsieh et al. 2008, LIBLINEAR's solver 1, which scikit-learn's
/// LinearSVC runs). The products of all pairs of rows are computed once; a coordinate then costs N operations whatever the number
/// of features, and each cost starts from the last one's solution.
/// </summary>
internal sealed class LinearSvm
{
    /// <summary>Most training rows: their products need 4 N^2 bytes in one array.</summary>
    public const int MaxRows = 25_000;

    private readonly float[] _products;
    private readonly int _rows;

    /// <summary>Computes the products of all pairs.</summary>
    /// <param name="features">(N, D); read only.</param>
    /// <exception cref="SpotException">There are more rows than fit.</exception>
    public LinearSvm(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        _rows = (int)features.shape[0];
        if (_rows > MaxRows)
            throw new SpotException($"{_rows} training images are more than the {MaxRows} whose products fit into memory");
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        // + 1: the bias, scikit-learn's intercept_scaling of 1
        _products = features.matmul(features.transpose(0, 1)).Plus(1).ToArray<float>();
    }

    /// <summary>Trains.</summary>
    /// <param name="rows">Which rows.</param>
    /// <param name="positive">Whether each row of the whole is positive.</param>
    /// <param name="options">Costs and when to stop.</param>
    /// <param name="start">Dual variables to start from, one for each row; changed into the solution.</param>
    /// <returns>The largest violation of the optimality conditions that is left, and the passes taken.</returns>
    public (double Violation, int Passes) Train(ReadOnlySpan<int> rows, ReadOnlySpan<bool> positive, LinearSvmOptions options,
        double[] start)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(start);
        int n = rows.Length;
        int[] order = rows.ToArray();
        double[] outputs = Outputs(order, positive, start);
        SeededRandom random = new(options.Seed);
        for (int pass = 1; ; pass++)
        {
            for (int i = n - 1; i > 0; i--)
            {
                int j = random.NextInt(i + 1);
                (order[i], order[j]) = (order[j], order[i]);
            }
            double violation = 0;
            foreach (int i in order)
                violation = Math.Max(violation, Descend(i, positive, options, start, outputs));
            if (violation < options.Tolerance || pass == options.MaxPasses)
                return (violation, pass);
        }
    }

    /// <summary>Weights (D) and bias of a solution.</summary>
    public static (Tensor Weight, double Bias) Weights(Tensor features, ReadOnlySpan<bool> positive, double[] solution)
    {
        ArgumentNullException.ThrowIfNull(features);
        float[] signed = Signed(positive, solution);
        using IDisposable off = no_grad();
        return (TensorData.From<float>(signed, 1, signed.Length).matmul(features).reshape(-1), signed.Sum(s => (double)s));
    }

    /// <summary>Decision values of chosen rows under a solution, from the products alone.</summary>
    public float[] Decide(ReadOnlySpan<int> rows, ReadOnlySpan<bool> positive, double[] solution)
    {
        float[] signed = Signed(positive, solution), values = new float[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            ReadOnlySpan<float> products = _products.AsSpan(checked(rows[i] * _rows), _rows);
            double sum = 0;
            for (int j = 0; j < _rows; j++)
                if (signed[j] != 0)
                    sum += (double)signed[j] * products[j];
            values[i] = (float)sum;
        }
        return values;
    }

    private static float[] Signed(ReadOnlySpan<bool> positive, double[] solution)
    {
        float[] signed = new float[solution.Length];
        for (int i = 0; i < signed.Length; i++)
            signed[i] = (float)(positive[i] ? solution[i] : -solution[i]);
        return signed;
    }

    // Decision value of every row of the whole under the start.
    private double[] Outputs(int[] rows, ReadOnlySpan<bool> positive, double[] start)
    {
        double[] outputs = new double[_rows];
        foreach (int j in rows)
            if (start[j] != 0)
                AddRow(outputs, j, positive[j] ? start[j] : -start[j]);
        return outputs;
    }

    private double Descend(int i, ReadOnlySpan<bool> positive, LinearSvmOptions options, double[] solution, double[] outputs)
    {
        double sign = positive[i] ? 1 : -1, diagonal = 0.5 / (positive[i] ? options.Cost * options.PositiveWeight : options.Cost);
        double gradient = sign * outputs[i] - 1 + diagonal * solution[i];
        double projected = solution[i] > 0 ? gradient : Math.Min(gradient, 0);
        if (Math.Abs(projected) < 1e-12)
            return 0;
        double next = Math.Max(solution[i] - gradient / (_products[(long)i * _rows + i] + diagonal), 0);
        AddRow(outputs, i, sign * (next - solution[i]));
        solution[i] = next;
        return Math.Abs(projected);
    }

    private void AddRow(double[] outputs, int row, double factor)
    {
        ReadOnlySpan<float> products = _products.AsSpan(checked(row * _rows), _rows);
        int at = 0, lanes = Vector<float>.Count;
        for (; at <= outputs.Length - lanes; at += lanes)
        {
            Vector.Widen(new Vector<float>(products[at..]), out Vector<double> low, out Vector<double> high);
            Span<double> target = outputs.AsSpan(at);
            (new Vector<double>(target) + factor * low).CopyTo(target);
            target = target[Vector<double>.Count..];
            (new Vector<double>(target) + factor * high).CopyTo(target);
        }
        for (; at < outputs.Length; at++)
            outputs[at] += factor * products[at];
    }
}

/// <summary>How a <see cref="LinearSvm"/> is trained.</summary>
internal sealed record LinearSvmOptions
{
    /// <summary>C of negative rows, above 0.</summary>
    public required double Cost { get; init; }

    /// <summary>Factor on C for positive rows; VISSL has class_weight {1: 2, -1: 1}.</summary>
    public double PositiveWeight { get; init; } = 2;

    /// <summary>Largest violation of the optimality conditions that is left; VISSL's tol.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Passes at most; VISSL's max_iter.</summary>
    public int MaxPasses { get; init; } = 2000;

    /// <summary>Order of the coordinates.</summary>
    public ulong Seed { get; init; } = 1;
}
