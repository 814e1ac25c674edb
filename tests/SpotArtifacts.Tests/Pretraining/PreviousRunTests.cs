using System.Text.Json.Nodes;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

/// <summary>
/// Runs that version 0.1.0 left, on its own binding of libtorch 1.13: this one goes on with them. The game amplifies rounding: that
/// version itself, continued with other kernels, kept to 2e-6 of each loss for the first steps after a checkpoint only.
/// </summary>
public sealed class PreviousRunTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string s_files = Path.Combine(AppContext.BaseDirectory, "Pretraining", "files", "previous");
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Run_StoppedInStageOne_ComesToItsAutoencoder()
    {
        RunFolder folder = Copy("run-stage1");

        Pretrain(folder);

        AssertLosses("run-finished/metrics.jsonl", folder, AutoencodingStage.Name, 17, 40);
        SafetensorsFile expected = SafetensorsFile.Read(At("run-finished/weights.safetensors")),
            actual = SafetensorsFile.Read(folder.Weights);
        Assert.Equal(expected.Tensors.Keys.Order(StringComparer.Ordinal), actual.Tensors.Keys.Order(StringComparer.Ordinal));
        double worst = expected.Tensors.Keys.Where(IsAutoencoders).Max(name => Difference(expected, actual, name));
        output.WriteLine($"autoencoder after 24 more steps: largest difference {worst:E1}");
        Assert.InRange(worst, 0, 1e-4);
    }

    // Nothing in it is drawn: no mask drops an entry, no dropout, no history.
    [Fact]
    public void Run_KilledInStageTwo_GoesOnWithItsLosses()
    {
        RunFolder folder = Copy("run-stage2-nodraw");

        Pretrain(folder);

        AssertLosses("run-stage2-nodraw/metrics.expected.jsonl", folder, SpottingStage.Name, 21, 24);
        Assert.Equal(40, TinyRun.Metrics(folder).Length);
    }

    // Masks, dropout and the history of corrupt images are drawn from the generator whose state the checkpoint holds.
    [Fact]
    public void Run_KilledInStageTwo_DrawsWhatItWouldHaveDrawn()
    {
        RunFolder folder = Copy("run-stage2");

        Pretrain(folder);

        AssertLosses("run-finished/metrics.jsonl", folder, SpottingStage.Name, 21, 24);
        Assert.Equal(File.ReadAllLines(At("run-finished/metrics.jsonl")).Length, TinyRun.Metrics(folder).Length);
    }

    [Fact]
    public void Run_Finished_SaysSo()
    {
        LogLines log = [];
        RunFolder folder = Copy("run-finished");

        Pretrain(folder, log);

        Assert.Contains("finished", Assert.Single(log), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static bool IsAutoencoders(string name) =>
        name.StartsWith("encoder.", StringComparison.Ordinal) || name.StartsWith("decoder.", StringComparison.Ordinal);

    private static string At(string name) => Path.Combine(s_files, name);

    private static double Difference(SafetensorsFile expected, SafetensorsFile actual, string name)
    {
        ReadOnlySpan<float> before = expected.Tensors[name].Floats(), now = actual.Tensors[name].Floats();
        double largest = 0, difference = 0;
        for (int i = 0; i < before.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(before[i]));
            difference = Math.Max(difference, Math.Abs(before[i] - now[i]));
        }
        return difference / Math.Max(largest, 1e-6);
    }

    private static void Pretrain(RunFolder folder, LogLines? log = null) =>
        new Pretrainer(folder, new PretrainingOutput { Logger = log ?? [] })
            .Run(TestContext.Current.CancellationToken);

    private static Dictionary<int, JsonObject> Lines(string[] lines, string stage) => lines
        .Select(line => JsonNode.Parse(line)!.AsObject()).Where(line => (string?)line["stage"] == stage)
        .ToDictionary(line => (int)line["step"]!);

    /// <summary>Losses of these steps agree to 1e-4 of their size.</summary>
    private void AssertLosses(string expectedFile, RunFolder folder, string stage, int first, int last)
    {
        Dictionary<int, JsonObject> expected = Lines(File.ReadAllLines(At(expectedFile)), stage),
            actual = Lines(TinyRun.Metrics(folder), stage);
        double worst = 0;
        for (int step = first; step <= last; step++)
            foreach ((string name, JsonNode? value) in expected[step])
                if (name.StartsWith("loss", StringComparison.Ordinal))
                {
                    double loss = (double)value!;
                    worst = Math.Max(worst, Math.Abs(loss - (double)actual[step][name]!) / Math.Max(1e-2, Math.Abs(loss)));
                }
        output.WriteLine($"{stage}, steps {first} to {last}: largest relative difference of a loss {worst:E1}");
        Assert.InRange(worst, 0, 1e-4);
    }

    /// <summary>The run in a folder of its own; its images are where it says.</summary>
    private RunFolder Copy(string run)
    {
        string to = _folder.At(run);
        foreach (string file in Directory.EnumerateFiles(At(run), "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(At(run), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Export", "files", "images.tar"), _folder.At("images.tar"));
        Directory.CreateDirectory(_folder.At("run-finished"));
        File.Copy(At("run-finished/weights.safetensors"), _folder.At("run-finished/weights.safetensors"), overwrite: true);
        string description = Path.Combine(to, "run.json");
        File.WriteAllText(description,
            File.ReadAllText(description).Replace("/tmp/spot-golden", _folder.Path, StringComparison.Ordinal));
        return RunFolder.Open(to);
    }
}
