using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Cli.Tests.Report;

/// <summary>A small evaluation made of numbers: two protocols, three networks of which one has layers of its own.</summary>
internal static class EvaluationSamples
{
    internal static EvaluationReport Report()
    {
        ReportedResult linearRandom = Result("linear-rotnet", "random", Metric("top1", "conv1", 0.40, 0.42),
            Metric("top1", "conv2", 0.30, 0.30), Metric("rate", "conv1", 3) with { IsFraction = false });
        ReportedResult linearTrained = Result("linear-rotnet", "pre-trained", Metric("top1", "conv1", 0.50, 0.56),
            Metric("top1", "conv2", 0.52, 0.50));
        ReportedResult linearEncoder = Result("linear-rotnet", "encoder", Metric("top1", "stem", 0.35, 0.35));
        ReportedResult whole = Result("voc", "pre-trained", Metric("map", null, 0.6)) with { Changed = ["epochs"] };
        return new EvaluationReport("1.0.0", "1.13", "a resizer", ["/train"], ["/test"],
            [Network("random", NetworkKind.Random), Network("encoder", NetworkKind.Encoder),
                Network("pre-trained", NetworkKind.Pretrained)],
            [linearRandom, linearEncoder, linearTrained, whole]);
    }

    private static ReportedNetwork Network(string name, NetworkKind kind) =>
        new(name, kind, $"source of {name}", false, "fix32", 32, [1, 2, 3, 4, 5]);

    private static ReportedResult Result(string protocol, string network, params ReportedMetric[] metrics) =>
        new(protocol, network, new Dictionary<string, string> { ["epochs"] = "3" }, [], new Dictionary<string,
            string>
        { ["head"] = "a head" }, metrics);

    private static ReportedMetric Metric(string name, string? part, params double[] values)
    {
        var metric = new Metric(name, part ?? "", values);
        return new ReportedMetric(name, part, metric.Mean, metric.Deviation, values, true);
    }
}
