using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Damage;

/// <summary>Omega (B, 1, M, N): 1 = feature entry kept, 0 = dropped. The only mask that is stored or passed.</summary>
/// <param name="Values">Float tensor of zeros and ones.</param>
public sealed record KeepMask(Tensor Values)
{
    /// <summary>Draws each entry, or each block of entries, of each image independently.</summary>
    /// <param name="images">Batch size.</param>
    /// <param name="grid">Rows and columns of the bottleneck.</param>
    /// <param name="dropRate">Probability theta that an entry is dropped.</param>
    /// <param name="generator">Source of the draws.</param>
    /// <param name="device">Device of the mask.</param>
    /// <param name="block">Side of a block; 1: each entry for itself. Where blocks begin is drawn for the batch.</param>
    public static KeepMask Sample(
        long images, int grid, double dropRate, Generator generator, Device device, int block = 1)
    {
        if (block == 1)
            return new(Operations.Bernoulli(1 - dropRate, generator, device, images, 1, grid, grid));
        int row = Below(block, generator), column = Below(block, generator), blocks = (grid + 2 * block - 2) / block;
        Tensor coarse = Operations.Bernoulli(1 - dropRate, generator, device, images, 1, blocks, blocks);
        Tensor fine = Operations.UpsampleNearest(coarse, blocks * block, blocks * block);
        return new(fine.narrow(2, row, grid).narrow(3, column, grid).contiguous());
    }

    /// <summary>The mask nearest-upsampled to another grid: (B, 1, rows, columns).</summary>
    public Tensor At(long rows, long columns) =>
        Values.shape[2] == rows && Values.shape[3] == columns ? Values : Operations.UpsampleNearest(Values, rows, columns);

    // On the processor, whatever the mask's device: nothing waits.
    private static int Below(int bound, Generator generator)
    {
        using Tensor draw = empty([1], ScalarType.Int64);
        draw.random_(0, bound, generator);
        return (int)draw.item<long>();
    }
}
