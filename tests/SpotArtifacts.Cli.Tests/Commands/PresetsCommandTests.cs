using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Cli.Tests.Commands;

public sealed class PresetsCommandTests
{
    [Fact]
    public async Task Presets_NotATerminal_PrintsOneUnwrappedLineEachWithoutColour()
    {
        CommandLineRun run = await CommandLineRun.Of("presets");

        Assert.Equal((ExitCodes.Success, ""), (run.ExitCode, run.Error));
        Assert.DoesNotContain('\u001b', run.Output);
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["preset", .. Presets.All.Select(preset => preset.Preset)], lines.Select(line => line.Split(' ')[0]));
        Assert.All(lines, line => Assert.InRange(line.TrimEnd().Length, 1, 80));
    }

    [Fact]
    public async Task Presets_Paper96_ShowsTheSizesOfTheSpecification() =>
        Assert.Matches(@"(?m)^paper96 +96 +32/64/128/256/512 +6x6 +4 +96/256/384/384/256 +4096",
            (await CommandLineRun.Of("presets")).Output);
}
