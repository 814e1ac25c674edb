using SpotArtifacts.Engine;
using SpotArtifacts.Images;

namespace SpotArtifacts.Transfer.Tests;

/// <summary>Feature banks made of numbers.</summary>
internal static class ToyBank
{
    internal const int Classes = 4;

    internal static FeatureBank Of(float[][] rows, int[] labels) =>
        new("toy", TensorData.From<float>([.. rows.SelectMany(row => row)], rows.Length, rows[0].Length)
            .DetachFromDisposeScope(), labels);

    /// <summary>Points around one corner for each class, well apart.</summary>
    internal static FeatureBank Separable(int rows, ulong seed)
    {
        var random = new SeededRandom(seed);
        int[] labels = [.. Enumerable.Range(0, rows).Select(_ => random.NextInt(Classes))];
        return Of([.. labels.Select(label => Enumerable.Range(0, 6)
            .Select(d => (d == label ? 5 : 0) + random.NextInt(2001) / 1000f).ToArray())], labels);
    }

    /// <summary>The same points with labels that have nothing to do with them.</summary>
    internal static FeatureBank Shuffled(int rows, ulong seed)
    {
        using FeatureBank bank = Separable(rows, seed);
        var random = new SeededRandom(seed + 1000);
        return new FeatureBank("toy", bank.Rows.clone().DetachFromDisposeScope(),
            [.. Enumerable.Range(0, rows).Select(_ => random.NextInt(Classes))]);
    }
}
