using System.Diagnostics;
using System.Text.Json;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Tests.Commands;

/// <summary>
/// The program killed without warning, again and again: whatever it has written is whole, and in the end nobody can tell that it
/// was killed.
/// </summary>
public sealed class PretrainKillTests : IDisposable
{
    private const int Kills = 3;

    // Everything is written often, so that a kill has a fair chance to hit a write.
    private static readonly string[] s_settings =
        ["autoencoding.steps=15", "spotting.steps=30", "spotting.history_size=8", "recording.metrics_every=1",
            "recording.samples_every=5", "recording.checkpoint_every=3"];

    private readonly ImageFolder _folder = new();

    [Fact]
    public async Task Kill_AtAnyMoment_LeavesWholeFilesAndTheResumedRunIsThatOfNobodysDisturbing()
    {
        // Moments differ from call to call: over time all of a run is tried. A failure names its seed.
        int seed = Environment.TickCount;
        var random = new Random(seed);
        TimeSpan whole = await RunToItsEnd("whole");

        for (int kill = 0; kill < Kills && !File.Exists(At("weights.safetensors")); kill++)
        {
            using Process process = Start("killed");
            // Half of the way at most: so that there is something left to kill.
            await Task.Delay(whole * (0.1 + 0.4 * random.NextDouble()), TestContext.Current.CancellationToken);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (Directory.Exists(At("")))
                AssertWhole(seed);
        }

        await RunToItsEnd("killed");
        AssertWhole(seed);
        Assert.Empty(Directory.GetFiles(At(""), "*.tmp", SearchOption.AllDirectories));
        Assert.True(File.ReadAllBytes(_folder.At("whole/weights.safetensors")).AsSpan()
            .SequenceEqual(File.ReadAllBytes(At("weights.safetensors"))), $"other weights, seed {seed}");
    }

    public void Dispose() => _folder.Dispose();

    private string At(string name) => Path.Combine(_folder.At("killed"), name);

    // A run without a recipe yet was killed before it was one.
    private Process Start(string run)
    {
        if (File.Exists(Path.Combine(_folder.At(run), "recipe.resolved.yaml")))
            return SpotProcess.Start(["resume", "--quiet", _folder.At(run)]);
        if (Directory.Exists(_folder.At(run)))
            Directory.Delete(_folder.At(run), recursive: true);
        return SpotProcess.Start(_folder.PretrainArguments(run, s_settings));
    }

    private async Task<TimeSpan> RunToItsEnd(string run)
    {
        var clock = Stopwatch.StartNew();
        using Process process = Start(run);
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((ExitCodes.Success, ""), (process.ExitCode, error));
        return clock.Elapsed;
    }

    private void AssertWhole(int seed)
    {
        foreach (string file in Directory.GetFiles(At(""), "*", SearchOption.AllDirectories))
        {
            if (Record.Exception(() => Read(file)) is { } failure)
                Assert.Fail($"{file} after a kill (seed {seed}): {failure.Message}");
        }
    }

    private static void Read(string file)
    {
        switch (Path.GetExtension(file))
        {
            case ".safetensors": Assert.NotEmpty(SafetensorsFile.Read(file).Tensors); break;
            case ".png": _ = ImageDecoder.Decode(File.ReadAllBytes(file), file); break;
            case ".json": JsonDocument.Parse(File.ReadAllText(file)).Dispose(); break;
            case ".yaml": _ = RecipeResolution.Resolve((string?)null, file, []); break;
            // What follows the last line break is cut off by a resume.
            case ".jsonl":
                foreach (string line in File.ReadAllText(file).Split('\n')[..^1])
                    JsonDocument.Parse(line).Dispose(); break;
            // What a resume removes; an empty lock and who has it; a plain list; TensorBoard reads to its last whole record.
            default: Assert.Matches(@"\.tmp$|^\.lock$|^\.process$|\.txt$|\.tfevents\.", Path.GetFileName(file)); break;
        }
    }
}
