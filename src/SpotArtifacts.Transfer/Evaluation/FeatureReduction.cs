using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>How a map is made smaller.</summary>
public enum ReductionMethod
{
    /// <summary>Mean over windows that divide the map evenly.</summary>
    Average,

    /// <summary>Maximum over windows that divide the map evenly.</summary>
    Max,

    /// <summary>Bilinear interpolation at half-pixel centres, without antialiasing.</summary>
    Bilinear,
}

/// <summary>
/// Makes about 9,000 numbers of a layer's map (C, H, W): the largest square grid g with C * g * g at most
/// <see cref="MaxNumbers"/>. For the widths of AlexNet that gives the grids of the published protocols, 10 6 5 5 6 for 96 256 384
/// 384 256 channels and RotNet's 12 7 5 6 6 for 64 192 384 256 256. A map that is not larger than its grid stays as it is.
/// </summary>
/// <param name="Method">How.</param>
/// <param name="MaxNumbers">Most numbers for each image and layer, 1 or more.</param>
public sealed record FeatureReduction(ReductionMethod Method, int MaxNumbers = FeatureBank.MaxDimensions)
{

    /// <summary>What stands in reports.</summary>
    public string Name =>
        Method switch
        {
            ReductionMethod.Average => "average pooling",
            ReductionMethod.Max => "max pooling",
            _ => "bilinear resizing",
        } + $" to at most {MaxNumbers} numbers";

    /// <summary>Rows and columns of the reduced map.</summary>
    public (int Rows, int Columns) Grid(long channels, long rows, long columns)
    {
        int side = Math.Max(1, (int)Math.Sqrt((double)MaxNumbers / channels));
        return ((int)Math.Min(side, rows), (int)Math.Min(side, columns));
    }

    /// <summary>Whether a map (B, C, H, W) stays as it is, whatever the method.</summary>
    public bool Keeps(Tensor map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return Grid(map.shape[1], map.shape[2], map.shape[3]) == ((int)map.shape[2], (int)map.shape[3]);
    }

    /// <summary>(B, C, H, W) to rows (B, C * g * g).</summary>
    public Tensor Apply(Tensor map)
    {
        ArgumentNullException.ThrowIfNull(map);
        (int rows, int columns) = Grid(map.shape[1], map.shape[2], map.shape[3]);
        Tensor reduced = Keeps(map) ? map : Method switch
        {
            ReductionMethod.Average => functional.adaptive_avg_pool2d(map, [rows, columns]),
            ReductionMethod.Max => functional.adaptive_max_pool2d(map, [rows, columns]),
            _ => functional.interpolate(map, [rows, columns], mode: InterpolationMode.Bilinear, align_corners: false),
        };
        return reduced.reshape(map.shape[0], -1);
    }
}
