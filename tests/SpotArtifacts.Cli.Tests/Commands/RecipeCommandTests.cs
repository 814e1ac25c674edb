using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Tests.Commands;

public sealed class RecipeCommandTests
{
    [Fact]
    public async Task Show_NothingGiven_PrintsTheDefaultPreset()
    {
        CommandLineRun run = await CommandLineRun.Of("recipe", "show");

        Assert.Equal(new(ExitCodes.Success, RecipeFile.ToYaml(Presets.Get(Presets.Default)), ""), run);
    }

    [Fact]
    public async Task Show_PresetFileAndOverrides_PrintsTheResolvedRecipe()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "seed: 5\nspotting:\n  steps: 7\n", TestContext.Current.CancellationToken);

        CommandLineRun run = await CommandLineRun.Of(
            "recipe", "show", "--preset", "std64", "--recipe", file, "--set", "spotting.steps=9", "--set",
            "network.stem_width=24");

        File.Delete(file);
        Assert.Equal((ExitCodes.Success, ""), (run.ExitCode, run.Error));
        Recipe shown = RecipeFile.Parse(run.Output, "shown").Apply(new Recipe());
        Assert.Equal((5, 9, 24, 64), (shown.Seed, shown.Spotting.Steps, shown.Network.StemWidth, shown.Network.ImageSize));
    }

    [Fact]
    public async Task Check_SoundRecipe_NamesItsSizes()
    {
        CommandLineRun run = await CommandLineRun.Of("recipe", "check", "--preset", "paper96");

        Assert.Equal(new(ExitCodes.Success,
            "ok: 96x96 images, 6x6 feature entries, 128 images per rank and step, 390625 + 390625 steps\n", ""), run);
    }

    [Theory]
    [InlineData("--preset", "tiny", "There is no preset 'tiny'")]
    [InlineData("--recipe", "/no/such.yaml", "/no/such.yaml: the recipe cannot be read")]
    [InlineData("--set", "sed=1", "the nearest known key is 'seed'")]
    [InlineData("--set", "damage.drop_rate=2", "must be a number above 0 and below 1")]
    [InlineData("--set", "network.conv1_stride=4", "grid is 2x2")]
    public async Task Check_UnsoundRecipe_FailsWithOneMessage(string option, string value, string message)
    {
        CommandLineRun run = await CommandLineRun.Of("recipe", "check", option, value);

        Assert.Equal((ExitCodes.Failure, ""), (run.ExitCode, run.Output));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
