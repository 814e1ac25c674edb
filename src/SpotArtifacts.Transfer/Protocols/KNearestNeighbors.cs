using System.Globalization;
using SpotArtifacts.Images.Sharing;
using SpotArtifacts.Settings;
using SpotArtifacts.Transfer.Evaluation;

namespace SpotArtifacts.Transfer.Protocols;

/// <summary>
/// Weighted nearest neighbours by cosine, and retrieval, on each frozen layer (facebookresearch/dinov2 <c>eval/knn.py </c>: k of
/// 10, 20, 100, 200, temperature 0.07; it does not centre).
/// </summary>
internal sealed class KNearestNeighbors() : TransferProtocol<KNearestNeighborsOptions>(s_keys)
{
    private static readonly FeatureReduction s_reduction = new(ReductionMethod.Average);
    private static readonly SettingKeys<KNearestNeighborsOptions> s_keys = new()
    {
        { o => o.K, 1, 100_000, "neighbours that vote; the first is the main number (dinov2: 10, 20, 100, 200)" },
        { o => o.Temperature, 1e-6, 1e6, "each votes exp(similarity / temperature) (dinov2 0.07, lightly 0.1)" },
        { o => o.Recall, 1, 100_000, "k of recall@k: whether one of the k nearest has the query's class" },
        { o => o.Center,
            "take the training rows' mean off all rows first; activations after ReLU all point the same way (dinov2: no)" },
    };

    public override string Name => "knn";

    public override string Summary =>
        "Nearest neighbours by cosine on each layer, votes exp(similarity / 0.07) (dinov2's eval/knn.py), and recall@k; nothing "
            + "is trained.";

    public override string? CannotUse(EvaluationData data) => data.WhyNotLabelled();

    protected override IEnumerable<FeatureRequest> Requests(KNearestNeighborsOptions options) =>
        [new(ImageRole.Train, FeatureView.Evaluation, s_reduction), new(ImageRole.Test, FeatureView.Evaluation, s_reduction)];

    protected override ProtocolResult? Evaluate(EvaluatedNetwork network, EvaluationContext<KNearestNeighborsOptions> context)
    {
        FeatureRequest[] requests = [.. Requests(context.Options)];
        IReadOnlyList<FeatureBank> train = context.Features.Get(requests[0]), test = context.Features.Get(requests[1]);
        (IReadOnlyList<int> votes, IReadOnlyList<int> recalls) = (context.Options.K, context.Options.Recall);
        var neighbors = new NearestNeighbors(votes.Concat(recalls).Max(), context.Options.Temperature)
        {
            Center = context.Options.Center
        };
        EvaluationProgress.Stretch stretch = context.Progress.Begin($"{Name} {network.Name}", train.Count,
            context.Data.Test.Count);
        double[][] found = context.Share.InTurn(train.Count, layer =>
        {
            (FeatureBank a, FeatureBank b) = (train[layer], test[layer]);
            NeighborRanking ranking = neighbors.Rank(a.Rows, b.Rows, context.Stop);
            stretch.Report(layer + 1);
            return (double[])
            [
                .. votes.Select(k => neighbors.Accuracy(ranking, a.Labels, b.Labels, k, context.Data.Train.ClassCount)),
                .. recalls.Select(k => Metrics.RecallAtK(ranking.Indices, a.Labels, b.Labels, Math.Min(k, ranking.Depth))),
            ];
        });
        IEnumerable<Metric> Each(string name, int number) =>
            found.Select((values, layer) => new Metric(name, train[layer].Layer, [values[number]]));
        return new ProtocolResult(Name, network.Name,
        [
            .. votes.SelectMany((k, i) => Each($"top1 k={Text(k)}", i)),
            .. recalls.SelectMany((k, i) => Each($"recall@{Text(k)}", votes.Count + i)),
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

/// <summary>Settings of nearest neighbours; the keys say what each means.</summary>
internal sealed record KNearestNeighborsOptions
{
    public IReadOnlyList<int> K { get; init; } = [20, 10, 100, 200];
    public double Temperature { get; init; } = 0.07;
    public IReadOnlyList<int> Recall { get; init; } = [1, 5, 10];
    public bool Center { get; init; } = true;
}
