namespace SpotArtifacts.Networks;

/// <summary>What the discriminator's conv1 to conv5 are (method.md sections 3 and 8); the heads on them are the same.</summary>
public enum TrunkKind
{
    /// <summary>AlexNet with two-column convolutions and local response normalisation (the method).</summary>
    Alexnet,

    /// <summary>The same with a batch norm behind each convolution in place of local response normalisation.</summary>
    AlexnetBn,

    /// <summary>
    /// ResNet-18 in its form for small images: conv1 is a 3x3 stem without stride or pooling, conv2 to conv5 are four groups of
    /// two basic blocks.
    /// </summary>
    Resnet18,
}
