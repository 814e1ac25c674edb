using System.Xml.Linq;
using SpotArtifacts.Cli.Report;

namespace SpotArtifacts.Cli.Tests.Report;

public sealed class EvaluationChartsTests
{
    [Fact]
    public void ToSvg_Evaluation_DrawsTheMainNumberOfProtocolsWithSeveralParts()
    {
        XElement svg = XElement.Parse(EvaluationCharts.ToSvg(EvaluationSamples.Report())!);

        string[] texts = [.. svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];
        Assert.Superset(new HashSet<string> { "linear-rotnet", "top1, %" }, texts.ToHashSet());
        // The encoder's layers stand last; of "voc" there is one number and nothing to draw.
        Assert.Equal(["conv1", "conv2", "stem"], texts.Where(text => text is "conv1" or "conv2" or "stem"));
        Assert.Equal(["random", "pre-trained", "encoder"], texts.Where(text => text is "random" or "pre-trained" or "encoder"));
        Assert.DoesNotContain("voc", texts);
        Assert.Equal(5, svg.Descendants().Count(e => e.Name.LocalName == "ellipse"));
    }

    [Fact]
    public void ToSvg_OneNumberAlone_IsNoChart() =>
        Assert.Null(
            EvaluationCharts.ToSvg(EvaluationSamples.Report() with { Results = [EvaluationSamples.Report().Results[^1]] }));
}
