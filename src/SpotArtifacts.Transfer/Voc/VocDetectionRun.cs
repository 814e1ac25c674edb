using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Voc;
using SpotArtifacts.Transfer.Evaluation;
using SpotArtifacts.Transfer.Trunk;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer.Voc;

/// <summary>One seed's training and test of a detector.</summary>
internal sealed class VocDetectionRun : IDisposable
{
    private const int RegionsAtOnce = 500;
    private readonly EvaluatedNetwork _network;
    private readonly EvaluationContext<VocDetectionOptions> _context;
    private readonly VocDetectionOptions _options;
    private readonly string _name;
    private readonly ulong _seed;
    private readonly DetectionNetwork _detector;

    internal VocDetectionRun(EvaluatedNetwork network, EvaluationContext<VocDetectionOptions> context, string name, ulong seed)
    {
        (_network, _context, _options, _name, _seed) = (network, context, context.Options, name, seed);
        _detector = new DetectionNetwork(VocTrunk.Open(network, seed), _options.Pooled, _options.Hidden,
            _options.Dropout);
    }

    /// <summary>What rescaling did.</summary>
    internal string Rescaled { get; private set; } = "";

    /// <summary>Trains, and detects in the test images: a list for each class.</summary>
    internal IReadOnlyList<Detection>[] Measure(VocRegionSplit train, VocRegionSplit test)
    {
        long drawn = unchecked((long)_seed);
        Rescaled = VocTrunk.Rescale(_detector.Chain, train.Images, _options, _seed, () => _detector.DrawHidden(drawn));
        _detector.DrawLast(drawn);
        RegionSet[] regions =
            [.. train.Annotations.Select((annotation, i) => RegionSet.Of(annotation.Objects, train.Proposals[i]))];
        RegionSet[] mirrored = [.. regions.Select((set, i) => set.Mirrored(train.Annotations[i].Width))];
        var statistics = new OffsetStatistics(regions.Concat(mirrored));
        Train(train, regions, mirrored, statistics);
        return Test(test, statistics);
    }

    public void Dispose() => _detector.Dispose();

    private void Train(VocRegionSplit train, RegionSet[] regions, RegionSet[] mirrored, OffsetStatistics statistics)
    {
        int steps = _options.Steps, images = _options.Images,
        each = Math.Max(1, _options.Regions / images);
        EvaluationProgress.Stretch stretch = _context.Progress.Begin($"{_name} {_network.Name}", steps, images);
        using var dropout = new Generator(_seed);
        using var solver = new CaffeSolver(_detector.Trained(_options.Frozen),
            new CaffeSolverOptions { WeightDecay = _options.WeightDecay });
        // An image without any region to learn from would give no loss.
        int[] usable = [.. Enumerable.Range(0, regions.Length).Where(i => regions[i].ForegroundRegions.Count > 0)];
        var sampling = new VocSampling(usable.Length, _seed);
        for (int step = 0; step < steps; step++)
        {
            _context.Stop.ThrowIfCancellationRequested();
            double loss = solver.Step(_ =>
            {
                List<Tensor> pooled = [];
                List<TrainingRegion> sampled = [];
                for (int i = 0; i < images; i++)
                {
                    (int place, ulong seed) = sampling.At((long)step * images + i);
                    bool mirror = (seed & 1) == 1;
                    IReadOnlyList<TrainingRegion> drawn = (mirror ? mirrored : regions)[usable[place]]
                        .Sample(each, _options.Foreground, seed);
                    pooled.Add(Pooled(train.Images.Get(usable[place]), mirror, [.. drawn.Select(r => r.Box)]));
                    sampled.AddRange(drawn);
                }
                (Tensor scores, Tensor offsets) = _detector.Judge(cat([.. pooled], 0), dropout);
                return DetectionNetwork.Loss(scores, offsets, sampled, statistics);
            }, _options.Rate * Math.Pow(0.1, step / _options.RateStep));
            stretch.Report(step + 1, ("loss", loss));
        }
    }

    private Tensor Pooled(RgbImage image, bool mirror, IReadOnlyList<Box> boxes)
    {
        double scale = Scale(image);
        return _detector.Pool(_detector.Conv5(PaddedImage.Make(image, scale, _detector.Stride, mirror)), boxes, scale);
    }

    private double Scale(RgbImage image)
    {
        double scale = (double)_options.ShortSide / Math.Min(image.Width, image.Height);
        int longer = Math.Max(image.Width, image.Height);
        return Math.Round(scale * longer) > _options.LongSide ? (double)_options.LongSide / longer : scale;
    }

    private IReadOnlyList<Detection>[] Test(VocRegionSplit test, OffsetStatistics statistics)
    {
        List<Detection>[] all = [.. VocClasses.Names.Select(_ => new List<Detection>())];
        EvaluationProgress.Stretch stretch = _context.Progress.Begin($"{_name} {_network.Name}: test", test.Images.Count, 1);
        using IDisposable off = no_grad();
        for (int i = 0; i < test.Images.Count; i++)
        {
            _context.Stop.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            foreach ((int c, Detection detection) in Detect(test.Images.Get(i), i, test.Proposals[i], statistics))
                all[c].Add(detection);
            stretch.Report(i + 1);
        }
        return all;
    }

    private IEnumerable<(int Class, Detection Detection)> Detect(RgbImage image, int number, IReadOnlyList<Box> proposals,
        OffsetStatistics statistics)
    {
        if (proposals.Count == 0)
            return [];
        double scale = Scale(image);
        Tensor conv5 = _detector.Conv5(PaddedImage.Make(image, scale, _detector.Stride, mirror: false));
        List<float> scores = [], offsets = [];
        foreach (Box[] part in proposals.Chunk(RegionsAtOnce))
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor s, Tensor o) = _detector.Judge(_detector.Pool(conv5, part, scale), null);
            scores.AddRange(functional.softmax(s, -1).ToArray<float>());
            offsets.AddRange(o.ToArray<float>());
        }
        List<(int, Detection)> found = [];
        float[] moves = [.. offsets];
        for (int c = 1; c < VocClasses.MaskClasses; c++)
        {
            int[] strong = [.. Enumerable.Range(0, proposals.Count)
                .Where(r => scores[r * VocClasses.MaskClasses + c] > _options.Threshold)];
            Box[] boxes =
                [.. strong.Select(r => statistics.Restore(c, moves.AsSpan((r * VocClasses.MaskClasses + c) * 4, 4))
                .Apply(proposals[r]).Clipped(image.Width, image.Height))];
            float[] strength = [.. strong.Select(r => scores[r * VocClasses.MaskClasses + c])];
            found.AddRange(Box.Suppress(boxes, strength, _options.Suppression)
                .Select(k => (c - 1, new Detection(number, boxes[k], strength[k]))));
        }
        return found.OrderByDescending(f => f.Item2.Score).Take(_options.MaxDetections);
    }
}
