using Microsoft.Extensions.Logging;
using SpotArtifacts.Cli.Display;
using SpotArtifacts.Images;

namespace SpotArtifacts.Cli.Tests.Display;

public sealed class DataProgressTests : IDisposable
{
    private readonly StringWriter _written = new() { NewLine = "\n" };

    [Fact]
    public void Report_WorkInParts_ShowsEachByItsNameFromItsBeginning()
    {
        using (DataProgress progress = Create())
        {
            foreach (string stage in (string[])["looking", "comparing"])
                for (int done = 1; done <= 300; done++)
                    progress.Report(new DecodingProgress(done, 300, 0) { Stage = stage });
        }

        Assert.Equal(["looking  3/300", "looking  300/300", "comparing  3/300", "comparing  300/300"], Lines());
    }

    [Fact]
    public void Report_WorkOfOnePart_HasItsOwnNameAndSaysWhatIsDamaged()
    {
        using (DataProgress progress = Create())
            progress.Report(new DecodingProgress(10, 10, 2));

        Assert.StartsWith("features  10/10 (100%)", _written.ToString(), StringComparison.Ordinal);
        Assert.Contains("damaged 2", _written.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Log_AsTheLibrariesLogger_ShowsTheTextAlone()
    {
        using DataProgress progress = Create();

        ((ILogger)progress).Log(LogLevel.Warning, 7, "left out", null, (state, _) => $"{state}: a.png");

        Assert.Equal("left out: a.png\n", _written.ToString());
        Assert.True(((ILogger)progress).IsEnabled(LogLevel.Information));
        Assert.False(((ILogger)progress).IsEnabled(LogLevel.Debug));
    }

    public void Dispose() => _written.Dispose();

    private DataProgress Create() => new("features", new PlainProgress(_written, new ManualClock()));

    private string[] Lines() =>
        [.. _written.ToString().TrimEnd().Split('\n').Select(line => line[..line.IndexOf(" (", StringComparison.Ordinal)])];
}
