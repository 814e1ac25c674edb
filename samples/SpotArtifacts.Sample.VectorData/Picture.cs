using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

/// <summary>What the collection holds.</summary>
internal sealed class Picture
{
    /// <summary>The file.</summary>
    [VectorStoreKey]
    public required string Path { get; init; }

    /// <summary>A column beside the vector, to filter by.</summary>
    [VectorStoreData]
    public required string Folder { get; init; }

    /// <summary>Where it stands among the others; the collection computes it.</summary>
    [VectorStoreVector(256, DistanceFunction = DistanceFunction.CosineSimilarity)]
    public Embedding<float>? Vector { get; set; }
}
