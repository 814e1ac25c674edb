using SpotArtifacts.Engine;

namespace SpotArtifacts.Networks;

/// <summary>Sizes of encoder, decoder, repair blocks and discriminator (method.md sections 2 and 3).</summary>
public sealed record NetworkOptions
{
    /// <summary>Side of the square input in pixels, 2 to 4096; a multiple of 2^(number of encoder widths).</summary>
    public int ImageSize { get; init; } = 32;

    /// <summary>Channels of the encoder's first convolution, 1 to 65536.</summary>
    public int StemWidth { get; init; } = 16;

    /// <summary>Channels after each down-sampling convolution: 1 to 8 numbers; their count sets the bottleneck grid.</summary>
    public IReadOnlyList<int> EncoderWidths { get; init; } = [32, 64, 128];

    /// <summary>Kernel of the encoder's down-sampling convolutions: 2 (the method) or 3 (ablation, padding 1).</summary>
    public int EncoderKernel { get; init; } = 2;

    /// <summary>What conv1 to conv5 of the discriminator are.</summary>
    public TrunkKind Trunk { get; init; }

    /// <summary>
    /// Channels of conv1 to conv5: five even numbers. ResNet-18's own are 64, 64, 128, 256, 512.
    /// </summary>
    public IReadOnlyList<int> DiscriminatorWidths { get; init; } = [96, 256, 384, 384, 256];

    /// <summary>Channels of the class head's full-grid convolution, 1 to 65536.</summary>
    public int ClassHeadWidth { get; init; } = 4096;

    /// <summary>
    /// Stride of conv1, 1 to 4; sets the keep-mask head's grid, which must equal the bottleneck grid. Ignored for
    /// <see cref="TrunkKind.Resnet18"/>, whose strides follow from the bottleneck grid.
    /// </summary>
    public int Conv1Stride { get; init; } = 2;

    /// <summary>Probability that a unit of the class head is dropped in training, 0 to below 1.</summary>
    public double Dropout { get; init; } = 0.5;

    /// <summary>Side of the bottleneck grid: the image halved once for each encoder width.</summary>
    public int BottleneckGrid => ImageSize >> EncoderWidths.Count;

    /// <summary>
    /// Side of conv5's grid and of the keep-mask head: conv1 with its stride, then two poolings of stride 2, each rounding up
    /// (SAME); of ResNet-18 the strides of its groups. Must equal <see cref="BottleneckGrid"/>.
    /// </summary>
    public int KeepMaskGrid => Trunk == TrunkKind.Resnet18 ? GroupStrides.Aggregate(ImageSize, SamePadding.OutputSize)
        : KeepMaskGridOf(ImageSize, Conv1Stride);

    /// <summary>
    /// Strides of ResNet-18's four groups: the last ones halve, as often as the encoder does, but four times at most.
    /// </summary>
    internal IReadOnlyList<int> GroupStrides =>
        [.. Enumerable.Range(1, 4).Select(group => group > 4 - EncoderWidths.Count ? 2 : 1)];

    /// <summary>As <see cref="KeepMaskGrid"/>, for another size and stride.</summary>
    internal static int KeepMaskGridOf(int imageSize, int conv1Stride)
    {
        int grid = SamePadding.OutputSize(imageSize, conv1Stride);
        return SamePadding.OutputSize(SamePadding.OutputSize(grid, 2), 2);
    }
}
