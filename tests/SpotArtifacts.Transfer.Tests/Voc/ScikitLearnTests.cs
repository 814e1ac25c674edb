using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Voc;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Transfer.Tests.Voc;

/// <summary>Against scikit-learn itself, where there is one (Debian: python3-sklearn).</summary>
public sealed class ScikitLearnTests
{
    private const int Rows = 90, Columns = 6;

    private const string Script = """
        import json, sys
        import numpy as np
        from sklearn.metrics import average_precision_score
        from sklearn.model_selection import StratifiedKFold
        from sklearn.svm import LinearSVC
        d = json.load(sys.stdin)
        x, y = np.array(d["x"]).reshape(len(d["y"]), -1), np.where(np.array(d["y"]), 1, -1)
        svm = LinearSVC(C=d["c"], class_weight={1: 2, -1: 1}, intercept_scaling=1.0, penalty="l2", loss="squared_hinge",
                        dual=True, tol=1e-10, max_iter=1000000).fit(x, y)
        fold = np.zeros(len(y), int)
        for k, (_, held) in enumerate(StratifiedKFold(3).split(x, y)): fold[held] = k
        print(json.dumps({"ap": average_precision_score(y, d["scores"]),
                          "w": svm.coef_[0].tolist(), "b": float(svm.intercept_[0]), "fold": fold.tolist()}))
        """;

    [Theory]
    [InlineData(1, 0.1)]
    [InlineData(2, 10)]
    public void AveragePrecisionSvmAndFolds_RandomData_AgreeWithScikitLearn(int seed, double cost)
    {
        Assert.SkipUnless(Python("import sklearn", "") is not null, "python3 with scikit-learn is not installed");
        (float[] x, bool[] positive, float[] scores) = Data((ulong)seed);

        using JsonDocument answer =
            JsonDocument.Parse(Python(Script, JsonSerializer.Serialize(new { x, y = positive, scores, c = cost }))!);

        Assert.Equal(answer.RootElement.GetProperty("ap").GetDouble(), AveragePrecision.Area(scores, positive), 9);
        Assert.Equal(answer.RootElement.GetProperty("fold").Deserialize<int[]>(), StratifiedFolds.Assign(positive, 3));
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = TensorData.From<float>(x, Rows, Columns);
        double[] solution = new double[Rows];
        new LinearSvm(rows).Train([.. Enumerable.Range(0, Rows)], positive,
            new LinearSvmOptions { Cost = cost, Tolerance = 1e-9, MaxPasses = 100_000 }, solution);
        (Tensor weight, double bias) = LinearSvm.Weights(rows, positive, solution);
        double[] expected = answer.RootElement.GetProperty("w").Deserialize<double[]>()!;
        Assert.All(expected.Zip(weight.ToArray<float>()), pair => Assert.Equal(pair.First, pair.Second, 3));
        Assert.Equal(answer.RootElement.GetProperty("b").GetDouble(), bias, 3);
    }

    private static (float[], bool[], float[]) Data(ulong seed)
    {
        SeededRandom random = new(seed);
        float[] x = new float[Rows * Columns], scores = new float[Rows];
        bool[] positive = new bool[Rows];
        for (int i = 0; i < Rows; i++)
        {
            positive[i] = random.NextInt(4) == 0;
            scores[i] = random.NextInt(20) + (positive[i] ? 4 : 0); // with ties
            for (int k = 0; k < Columns; k++)
                x[i * Columns + k] = (float)(random.NextDouble(-1, 1) + (positive[i] ? 0.3 : 0));
        }
        return (x, positive, scores);
    }

    // Debian's own first: another python3 before it on the path does not see Debian's packages.
    private static string? Python(string script, string input) => Python("/usr/bin/python3", script, input)
        ?? Python("python3", script, input);

    /// <summary>What a script prints, or null when it cannot be run.</summary>
    private static string? Python(string program, string script, string input)
    {
        try
        {
            using Process process =
                Process.Start(new ProcessStartInfo(program, ["-c", script])
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true
                })!;
            process.StandardInput.Write(input.ToString(CultureInfo.InvariantCulture));
            process.StandardInput.Close();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
