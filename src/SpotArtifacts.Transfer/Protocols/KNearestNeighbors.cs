using System.Globalization;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>
/// Weighted nearest neighbours by cosine, and retrieval, on each frozen layer (facebookresearch/dinov2 <c>eval/knn.py </c>: k of
/// 10, 20, 100, 200, temperature 0.07; it does not centre).
/// </summary>
internal sealed class KNearestNeighbors : ITransferProtocol
{
    private static readonly FeatureReduction s_reduction = new(ReductionMethod.Average);

    public string Name => "knn";

    public string Summary =>
        "Nearest neighbours by cosine on each layer, votes exp(similarity / 0.07) (dinov2's eval/knn.py), and recall@k; nothing "
            + "is trained.";

    public IReadOnlyList<ProtocolSetting> Settings { get; } =
    [
        ProtocolSetting.WholeList("k", "20,10,100,200", 1, 100_000,
            "neighbours that vote; the first is the main number (dinov2: 10, 20, 100, 200)"),
        ProtocolSetting.Number("temperature", 0.07, 1e-6, 1e6,
            "each votes exp(similarity / temperature) (dinov2 0.07, lightly 0.1)"),
        ProtocolSetting.WholeList("recall", "1,5,10", 1, 100_000,
            "k of recall@k: whether one of the k nearest has the query's class"),
        ProtocolSetting.Switch("center", true,
            "take the training rows' mean off all rows first; activations after ReLU all point the same way (dinov2: no)"),
    ];

    public string? CannotUse(EvaluationData data) => data.WhyNotLabelled();

    public IEnumerable<FeatureRequest> Requests(ProtocolSettings settings) =>
        [new(ImageRole.Train, FeatureView.Evaluation, s_reduction), new(ImageRole.Test, FeatureView.Evaluation, s_reduction)];

    public ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext context)
    {
        FeatureRequest[] requests = [.. Requests(context.Settings)];
        IReadOnlyList<FeatureBank> train = context.Features.Get(requests[0]), test = context.Features.Get(requests[1]);
        int[] votes = context.Settings.WholeList("k"), recalls = context.Settings.WholeList("recall");
        var neighbors = new NearestNeighbors(votes.Concat(recalls).Max(),
            context.Settings.Number("temperature"))
        { Center = context.Settings.IsOn("center") };
        EvaluationProgress.Stretch stretch = context.Progress.Begin($"{Name} {network.Name}", train.Count,
            context.Data.Test.Count);
        var rankings = new List<NeighborRanking>();
        for (int layer = 0; layer < train.Count; layer++)
        {
            rankings.Add(neighbors.Rank(train[layer].Rows, test[layer].Rows, context.Stop));
            stretch.Report(layer + 1);
        }
        IEnumerable<Metric> Each(string name, Func<NeighborRanking, FeatureBank, FeatureBank, double> value) =>
            rankings.Select((ranking, layer) => new Metric(name, train[layer].Layer,
                [value(ranking, train[layer], test[layer])]));
        return new ProtocolResult(Name, network.Name,
        [
            .. votes.SelectMany(k => Each($"top1 k={Text(k)}",
                (ranking, a, b) => neighbors.Accuracy(ranking, a.Labels, b.Labels, k, context.Data.Train.ClassCount))),
            .. recalls.SelectMany(k => Each($"recall@{Text(k)}",
                (ranking, a, b) => Metrics.RecallAtK(ranking.Indices, a.Labels, b.Labels, Math.Min(k, ranking.Depth)))),
        ], context.Settings, [.. Facts(context, train)]);
    }

    private static IEnumerable<(string, string)> Facts(EvaluationContext context, IReadOnlyList<FeatureBank> layers) =>
    [
        ("training images", Text(context.Data.Train.Count)),
        ("test images", Text(context.Data.Test.Count)),
        ("classes", Text(context.Data.Train.ClassCount)),
        ("input", $"{context.Features.Extractor.ImageSize} pixels"),
        ("view", FeatureView.Evaluation.Name),
        ("reduction", $"{s_reduction.Name}: {string.Join(", ", layers.Select(bank => $"{bank.Layer} {bank.Dimensions}"))}"),
        ("seeds", "none: nothing is random"),
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
