using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Damage;

/// <summary>Omega (B, 1, M, N): 1 = feature entry kept, 0 = dropped. The only mask that is stored or passed.</summary>
/// <param name="Values">Float tensor of zeros and ones.</param>
public sealed record KeepMask(Tensor Values)
{
    /// <summary>Draws each entry of each image independently.</summary>
    /// <param name="images">Batch size.</param>
    /// <param name="grid">Rows and columns of the bottleneck.</param>
    /// <param name="dropRate">Probability theta that an entry is dropped.</param>
    /// <param name="generator">Source of the draws.</param>
    /// <param name="device">Device of the mask.</param>
    public static KeepMask Sample(long images, int grid, double dropRate, Generator generator, Device device) =>
        new(Operations.Bernoulli(1 - dropRate, generator, device, images, 1, grid, grid));

    /// <summary>The mask nearest-upsampled to another grid: (B, 1, rows, columns).</summary>
    public Tensor At(long rows, long columns) =>
        Values.shape[2] == rows && Values.shape[3] == columns ? Values : Operations.UpsampleNearest(Values, rows, columns);
}
