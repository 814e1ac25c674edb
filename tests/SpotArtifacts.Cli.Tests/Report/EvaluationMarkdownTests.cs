using SpotArtifacts.Cli.Report;

namespace SpotArtifacts.Cli.Tests.Report;

public sealed class EvaluationMarkdownTests
{
    [Fact]
    public void Of_Evaluation_IsATableForEachProtocol()
    {
        string[] lines = EvaluationMarkdown.Of(EvaluationSamples.Report()).Split('\n');

        Assert.Equal(
            ["## linear-rotnet", "", "| measure | of | random | encoder | pre-trained |", "| --- | --- | --- | --- | --- |",
                "| top1 | conv1 | 41.0 ±1.4 |  | 53.0 ±4.2 |"],
            lines[..5]);
        Assert.Contains("## voc", lines);
        Assert.Contains("  - head: a head", lines);
    }
}
