using SpotArtifacts.Cli.Report;

namespace SpotArtifacts.Cli.Tests.Report;

public sealed class EvaluationRowTests
{
    [Fact]
    public void Of_Evaluation_HasALineForWhatSomeNetworkHas()
    {
        EvaluationRow[] rows = [.. EvaluationRow.Of(EvaluationSamples.Report())];

        Assert.Equal(
            [("linear-rotnet", "top1", "conv1"), ("linear-rotnet", "top1", "conv2"), ("linear-rotnet", "top1", "stem"),
                ("voc", "map", "")],
            rows.Select(row => (row.Protocol, row.Measure, row.Part)));
        Assert.Equal(["41.0 ±1.4", "", "53.0 ±4.2"], rows[0].Cells);
        Assert.Equal(["", "35.0 ±0.0", ""], rows[2].Cells);
        Assert.Equal(["", "", "60.0"], rows[3].Cells);
    }

    [Fact]
    public void Notes_Evaluation_SayWhatMovedTheNumbers()
    {
        string notes = string.Join('\n', EvaluationRow.Notes(EvaluationSamples.Report()));

        Assert.All((string[])["random: source of random", "linear-rotnet: epochs 3", "  head: a head",
            "voc with other settings than its own: epochs=3", "a resizer", "/train"],
            text => Assert.Contains(text, notes, StringComparison.Ordinal));
        Assert.DoesNotContain("linear-rotnet with other", notes, StringComparison.Ordinal);
    }
}
