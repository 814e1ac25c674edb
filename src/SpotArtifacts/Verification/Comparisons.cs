using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using static TorchSharp.torch;

namespace SpotArtifacts.Verification;

/// <summary>Compares what the program computes with what a fixture expects, tensor by tensor, and keeps the results.</summary>
internal sealed class Comparisons(Fixture fixture)
{
    private const int Samples = 256;
    private readonly Dictionary<string, TensorResult> _results = [];

    /// <summary>
    /// Compares values with the tensor of that name, with its samples and with its statistics, whichever the file has.
    /// </summary>
    public void Compare(string name, ReadOnlySpan<float> actual)
    {
        Record(name, name, actual);
        Record(Fixture.Sample + name, name, Sampled(actual));
        string statistics = Fixture.Statistics + name;
        if (fixture.Contains(statistics))
            Record(statistics, statistics, StatisticsOf(actual));
    }

    /// <summary>Compares a tensor.</summary>
    public void Compare(string name, Tensor actual)
    {
        ArgumentNullException.ThrowIfNull(actual);
        Compare(name, actual.ToArray<float>());
    }

    /// <summary>Compares parameters after steps by their change, running statistics by their values.</summary>
    /// <param name="group">As <c>step5</c>.</param>
    /// <param name="parameters">Parameters and running statistics.</param>
    /// <param name="start">Values before the steps, by name.</param>
    /// <param name="learningRate">Unit of the largest difference.</param>
    public void CompareState(string group, IEnumerable<NetworkTensor> parameters, IReadOnlyDictionary<string, float[]> start,
        double learningRate)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(start);
        foreach (NetworkTensor parameter in parameters)
        {
            string name = $"{group}/{parameter.Name}";
            if (parameter.IsTrained)
                CompareChange(name, parameter.Value, start[parameter.Name], learningRate);
            else
                Compare(name, parameter.Value);
        }
    }

    /// <summary>Compares the moving averages of parameters by their change.</summary>
    public void CompareAverages(string group, Adam optimizer, IReadOnlyDictionary<string, float[]> start, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(start);
        for (int i = 0; i < optimizer.Parameters.Count; i++)
        {
            string name = optimizer.Parameters[i].Name;
            CompareChange($"{group}/{name}", optimizer.Averages[i], start[name], learningRate);
        }
    }

    /// <summary>Compares gradients of a loss with its decay: what the optimiser adds itself is added here.</summary>
    public void CompareGradients(string group, Adam optimizer, IReadOnlyList<Tensor> gradients)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(gradients);
        using IDisposable off = no_grad();
        for (int i = 0; i < gradients.Count; i++)
            Compare($"{group}/{optimizer.Parameters[i].Name}", gradients[i].Plus(optimizer.Values[i].Times(optimizer.Decays[i])));
    }

    /// <summary>The outcome.</summary>
    public VerificationReport Report(string file)
    {
        StageResult[] stages = [.. _results.Values.GroupBy(result => result.Stage).Select(Summarise)];
        string[] left = [.. fixture.Names.Where(name => !_results.ContainsKey(name) && !fixture.Inputs.Contains(name))];
        return new VerificationReport(file, fixture.Kind, fixture.Inputs.Count, stages, [.. _results.Values.Where(r => !r.Ok)],
            left);
    }

    /// <summary>
    /// Stage of a tensor: <c>out/disc.conv1 </c> is of <c>out.disc </c>,
    /// <c>step1/….bn.running_var </c> of <c>step1.running </c>.
    /// </summary>
    public static string StageOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string group = name.Split('/')[0];
        if (name.StartsWith("out/disc.", StringComparison.Ordinal))
            return "out.disc";
        if (name.Split('/', '.')[^1].StartsWith("running_", StringComparison.Ordinal))
            return $"{group}.running";
        return group is "step1" or "step5" or "ema5" or "slow5" or "resume.post" ? $"{group}.change" : group;
    }

    private StageResult Summarise(IGrouping<string, TensorResult> stage) => new(
        stage.Key, stage.Count(), stage.MaxBy(r => r.Deviation.Max)!, stage.MaxBy(r => r.Deviation.L2)!,
        Tolerance.Of(fixture.Kind, stage.Key), stage.All(r => r.Ok));

    private void Record(string stored, string name, ReadOnlySpan<float> actual)
    {
        if (fixture.Expected(stored, actual.Length) is float[] expected)
            Add(stored, StageOf(name), Deviation.Of(actual, expected));
    }

    private void CompareChange(string name, Tensor value, float[] start, double learningRate)
    {
        float[] actual = value.ToArray<float>();
        RecordChange(name, name, actual, start, learningRate);
        RecordChange(Fixture.Sample + name, name, Sampled(actual), Sampled(start), learningRate);
    }

    private void RecordChange(string stored, string name, float[] actual, float[] start, double learningRate)
    {
        if (fixture.Expected(stored, actual.Length) is float[] expected)
            Add(stored, StageOf(name), Deviation.OfChange(actual, expected, start, learningRate));
    }

    private void Add(string stored, string stage, Deviation deviation) =>
        _results[stored] = new TensorResult(stored, stage, deviation, Tolerance.Of(fixture.Kind, stage).Allows(deviation));

    private static float[] Sampled(ReadOnlySpan<float> values)
    {
        float[] sampled = new float[Math.Min(values.Length, Samples)];
        for (int k = 0; k < sampled.Length; k++)
            sampled[k] = values[(int)((long)k * values.Length / sampled.Length)];
        return sampled;
    }

    private static float[] StatisticsOf(ReadOnlySpan<float> values)
    {
        double sum = 0, magnitudes = 0, squares = 0, largest = 0;
        foreach (double value in values)
        {
            sum += value;
            magnitudes += Math.Abs(value);
            squares += value * value;
            largest = Math.Max(largest, Math.Abs(value));
        }
        return [(float)sum, (float)magnitudes, (float)squares, (float)largest];
    }
}
