using System.Diagnostics;
using System.Globalization;
using SpotArtifacts.Images;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Tests.Evaluation;

public sealed class MetricsTests
{
    // Label: first, second, third place; tie that the lower class wins.
    private static readonly float[] s_scores = [0.7f, 0.2f, 0.1f, 0.5f, 0.3f, 0.2f, 0.5f, 0.1f, 0.4f, 0.4f, 0.4f, 0.2f];
    private static readonly int[] s_labels = [0, 1, 1, 1];

    [Theory]
    [InlineData(1, 0.25)]
    [InlineData(2, 0.75)]
    [InlineData(3, 1)]
    public void TopKAccuracy_ByHand(int k, double expected) =>
        Assert.Equal(expected, Metrics.TopKAccuracy(s_scores, s_labels, k));

    [Fact]
    public void TopKAccuracy_NotANumber_CountsAsLowest()
    {
        Assert.Equal(0, Metrics.TopKAccuracy([float.NaN, 0], [0]));
        Assert.Equal(1, Metrics.TopKAccuracy([float.NaN, -5], [1]));
    }

    [Fact]
    public void TopKAccuracy_ScoresThatDoNotDivide_AreRefused() =>
        Assert.Throws<ArgumentException>(() => Metrics.TopKAccuracy([1, 2, 3], [0, 1]));

    [Theory]
    [InlineData(1, 1 / 3.0)]
    [InlineData(2, 2 / 3.0)]
    [InlineData(3, 2 / 3.0)]
    public void RecallAtK_ByHand(int k, double expected)
    {
        // Gallery classes 0 1 0 2; queries of class 1, 0 and 3: found at place 2, at place 1, never.
        long[] ranked = [0, 1, 2, 2, 1, 0, 0, 1, 3];

        Assert.Equal(expected, Metrics.RecallAtK(ranked, [0, 1, 0, 2], [1, 0, 3], k), 12);
    }

    [Fact]
    public void RecallAtK_DeeperThanTheRanking_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Metrics.RecallAtK([0, 1], [0, 1], [0], 3));

    [Fact]
    public void MeanAndDeviation_ByHand()
    {
        Assert.Equal(5, Metrics.Mean([2, 4, 4, 4, 5, 5, 7, 9]));
        Assert.Equal(Math.Sqrt(32 / 7.0), Metrics.Deviation([2, 4, 4, 4, 5, 5, 7, 9])!.Value, 12);
        Assert.Null(Metrics.Deviation([3]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void TopKAccuracy_RandomScores_AgreesWithScikitLearn(int k)
    {
        const int rows = 200, classes = 12;
        var random = new SeededRandom(3);
        float[] scores = [.. Enumerable.Range(0, rows * classes).Select(_ => (float)random.NextDouble())];
        int[] labels = [.. Enumerable.Range(0, rows).Select(_ => random.NextInt(classes))];
        string program = $"""
            import sys
            try:
                import numpy, sklearn.metrics
            except ImportError:
                print("absent"); sys.exit()
            scores = numpy.array([{Join(scores)}]).reshape({rows}, {classes})
            print(sklearn.metrics.top_k_accuracy_score([{string.Join(',', labels)}], scores, k={k}, labels=range({classes})))
            """;

        Assert.Equal(double.Parse(Python(program), CultureInfo.InvariantCulture), Metrics.TopKAccuracy(scores, labels, k), 12);
    }

    private static string Join(float[] values) =>
        string.Join(',', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));

    private static string Python(string program)
    {
        const string skip = "python3 with scikit-learn is not at hand (Debian: python3-sklearn)";
        // Debian's own first: scikit-learn is its package.
        var start = new ProcessStartInfo(File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3",
            ["-"])
        { RedirectStandardInput = true, RedirectStandardOutput = true };
        string? answer = null;
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Write(program);
            process.StandardInput.Close();
            answer = process.StandardOutput.ReadToEnd().Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip(skip);
        }
        Assert.SkipWhen(answer == "absent", skip);
        return answer;
    }
}
