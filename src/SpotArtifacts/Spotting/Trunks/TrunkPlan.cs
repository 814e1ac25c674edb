using SpotArtifacts.Networks;

namespace SpotArtifacts.Spotting.Trunks;

/// <summary>
/// What a trunk consists of, by sizes alone: networks are built by it, weights read, models exported and steps counted.
/// </summary>
/// <param name="Stages">conv1 to conv5.</param>
internal sealed record TrunkPlan(IReadOnlyList<TrunkStage> Stages)
{
    private const int BlocksOfAGroup = 2;

    /// <summary>All convolutions, in the order of a file of weights.</summary>
    public IEnumerable<TrunkConvolution> Convolutions => Stages.SelectMany(stage => stage.Convolutions);

    /// <summary>
    /// Whether the layers up to conv5's convolution see one image at a time: only conv5's own batch norm sees a batch.
    /// </summary>
    public bool SeesImagesApart => Stages.SkipLast(1).SelectMany(stage => stage.Convolutions).All(c => c.Norm == TrunkNorm.None)
        && Stages[^1].Convolution is { Norm: TrunkNorm.Shift };

    /// <summary>The first layer's weights in a file.</summary>
    public string FirstWeight => $"discriminator.{Stages[0].Convolutions.First().Tensors().First().Name}";

    /// <summary>The plan of sizes (method.md sections 3 and 8).</summary>
    public static TrunkPlan Of(NetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new TrunkPlan(options.Trunk switch
        {
            TrunkKind.Resnet18 => ResNet(options),
            TrunkKind.AlexnetBn => AlexNet(options, TrunkNorm.ScaleAndShift),
            _ => AlexNet(options, TrunkNorm.None),
        });
    }

    private static TrunkStage[] AlexNet(NetworkOptions options, TrunkNorm norm)
    {
        IReadOnlyList<int> k = options.DiscriminatorWidths;
        bool response = norm == TrunkNorm.None;
        return
        [
            Stage(1, new(3, k[0], 11, options.Conv1Stride, Same: true), norm) with { Pooled = true, ResponseNorm = response },
            Stage(2, new(k[0], k[1], 5, Groups: 2, Same: true), norm) with { Pooled = true, ResponseNorm = response },
            Stage(3, new(k[1], k[2], 3, Same: true), norm),
            Stage(4, new(k[2], k[3], 3, Groups: 2, Same: true), norm),
            Stage(5, new(k[3], k[4], 3, Groups: 2, Same: true), TrunkNorm.Shift),
        ];
    }

    private static TrunkStage[] ResNet(NetworkOptions options)
    {
        IReadOnlyList<int> k = options.DiscriminatorWidths, strides = options.GroupStrides;
        return [Stage(1, Square(3, k[0], 1), TrunkNorm.ScaleAndShift),
            .. Enumerable.Range(0, strides.Count).Select(i => Group($"conv{i + 2}", k[i], k[i + 1], strides[i]))];
    }

    private static TrunkStage Stage(int layer, ConvolutionShape shape, TrunkNorm norm) =>
        new($"conv{layer}", new TrunkConvolution($"conv{layer}", shape, norm), []);

    private static TrunkStage Group(string name, int inputs, int outputs, int stride) => new(name, null,
        [.. Enumerable.Range(0, BlocksOfAGroup).Select(i => i == 0
            ? Block($"{name}.{i}", inputs, outputs, stride) : Block($"{name}.{i}", outputs, outputs, 1))]);

    private static ResidualBlockPlan Block(string name, int inputs, int outputs, int stride) => new(
        new($"{name}.conv1", Square(inputs, outputs, stride), TrunkNorm.ScaleAndShift),
        new($"{name}.conv2", Square(outputs, outputs, 1), TrunkNorm.ScaleAndShift),
        inputs == outputs && stride == 1 ? null
            : new($"{name}.shortcut", new(inputs, outputs, 1, stride), TrunkNorm.ScaleAndShift));

    private static ConvolutionShape Square(int inputs, int outputs, int stride) => new(inputs, outputs, 3, stride, Padding: 1);
}

/// <summary>One of conv1 to conv5: a convolution, or a group of residual blocks; ReLU at its end.</summary>
/// <param name="Name"><c>conv1</c> to <c>conv5</c>.</param>
/// <param name="Convolution">The convolution; null for a group.</param>
/// <param name="Blocks">The group's blocks; none for a convolution.</param>
internal sealed record TrunkStage(string Name, TrunkConvolution? Convolution, IReadOnlyList<ResidualBlockPlan> Blocks)
{
    /// <summary>Whether max-pooling follows.</summary>
    public bool Pooled { get; init; }

    /// <summary>Whether local response normalisation follows the pooling.</summary>
    public bool ResponseNorm { get; init; }

    /// <summary>All convolutions, in the order of a file of weights.</summary>
    public IEnumerable<TrunkConvolution> Convolutions =>
        Convolution is null ? Blocks.SelectMany(block => block.Convolutions) : [Convolution];
}

/// <summary>A basic block: the first convolution, ReLU, the second one, plus the input or its shortcut, ReLU.</summary>
/// <param name="First">3x3, with the block's stride.</param>
/// <param name="Second">3x3.</param>
/// <param name="Shortcut">1x1 where width or size change; else null.</param>
internal sealed record ResidualBlockPlan(TrunkConvolution First, TrunkConvolution Second, TrunkConvolution? Shortcut)
{
    /// <summary>All convolutions, in the order of a file of weights.</summary>
    public IEnumerable<TrunkConvolution> Convolutions => Shortcut is null ? [First, Second] : [First, Second, Shortcut];
}

/// <summary>A convolution and what normalises its output.</summary>
/// <param name="Name">Within the discriminator: <c>conv1</c>, <c>conv2.0.shortcut</c>.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Norm">A bias of its own, or the batch norm behind it.</param>
internal sealed record TrunkConvolution(string Name, ConvolutionShape Shape, TrunkNorm Norm)
{
    /// <summary>(outputs, inputs / groups, kernel, kernel).</summary>
    public long[] WeightShape => [Shape.Outputs, Shape.Inputs / Shape.Groups, Shape.Kernel, Shape.Kernel];

    /// <summary>Names within the discriminator and shapes of its tensors, in the order of a file of weights.</summary>
    public IEnumerable<(string Name, long[] Shape)> Tensors()
    {
        string[] vectors = Norm switch
        {
            TrunkNorm.None => ["bias"],
            TrunkNorm.Shift => ["bn.bias", "bn.running_mean", "bn.running_var"],
            _ => ["bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"],
        };
        yield return ($"{Name}.{(Norm == TrunkNorm.None ? "weight" : "conv.weight")}", WeightShape);
        foreach (string vector in vectors)
            yield return ($"{Name}.{vector}", [Shape.Outputs]);
    }
}

/// <summary>What follows a convolution of a trunk.</summary>
internal enum TrunkNorm
{
    /// <summary>Nothing: the convolution has a bias.</summary>
    None,

    /// <summary>A batch norm that only shifts.</summary>
    Shift,

    /// <summary>A batch norm that scales and shifts.</summary>
    ScaleAndShift,
}
