using SpotArtifacts.Checkpoints;
using SpotArtifacts.Engine;
using SpotArtifacts.Features.Inspection;
using SpotArtifacts.Images;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting.Trunks;
using SpotArtifacts.Transfer;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Cli.Demo;

/// <summary>Pictures of a trained network: its first filters, and what it finds alike.</summary>
internal static class FeatureSheets
{
    /// <summary>Training images beside each test image.</summary>
    internal const int NeighborCount = 8;

    private const int Queries = 8, FilterColumns = 12;

    /// <summary>conv1's filters as colour tiles, and their side in pixels.</summary>
    internal static (RgbImage Sheet, int Side) Filters(RunFolder run)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = Checkpoint.Read(run.Weights).GetTensor(TrunkPlan.Of(run.ReadRecipe().Network).FirstWeight);
        int side = (int)weight.shape[2];
        var sheet = new ContactSheet();
        foreach (RgbImage[] row in FirstLayerFilters.Draw(weight.ToArray<float>(), (int)weight.shape[0], side)
            .Chunk(FilterColumns))
            sheet.AddRow("", row);
        return (sheet.Render(6), side);
    }

    /// <summary>Test images, each with the training images closest in conv5.</summary>
    internal static RgbImage Neighbors(RunFolder run, DemoImages images)
    {
        Recipe recipe = run.ReadRecipe();
        using FeatureExtractor network = FeatureExtractor.Pretrained(recipe, Checkpoint.Read(run.Weights));
        using LabelledImages train = LabelledImages.Open([images.Train]), test = LabelledImages.Open([images.Test]);
        using DisposeScope scope = NewDisposeScope();
        using FeatureBank gallery = Last(FeatureBank.Compute(network, train)), queries = Last(FeatureBank.Compute(network, test));
        long[] nearest = new NearestNeighbors(NeighborCount).Find(gallery.Rows, queries.Rows.narrow(0, 0, Queries));
        var sheet = new ContactSheet();
        for (int q = 0; q < Queries; q++)
            sheet.AddRow("",
                [test.Get(q), .. Enumerable.Range(0, NeighborCount).Select(n => train.Get((int)nearest[q * NeighborCount + n]))]);
        return sheet.Render(2);
    }

    private static FeatureBank Last(IReadOnlyList<FeatureBank> banks)
    {
        foreach (FeatureBank bank in banks.SkipLast(1))
            bank.Dispose();
        return banks[^1];
    }
}
