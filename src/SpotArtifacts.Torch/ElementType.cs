namespace SpotArtifacts.Torch;

/// <summary>Types of tensor elements, numbered as libtorch's ScalarType.</summary>
public enum ElementType
{
    /// <summary>8 bits, unsigned.</summary>
    UInt8 = 0,

    /// <summary>32 bits, signed.</summary>
    Int32 = 3,

    /// <summary>64 bits, signed.</summary>
    Int64 = 4,

    /// <summary>16-bit IEEE float.</summary>
    Float16 = 5,

    /// <summary>32-bit IEEE float.</summary>
    Float32 = 6,

    /// <summary>64-bit IEEE float.</summary>
    Float64 = 7,

    /// <summary>One byte, 0 or 1.</summary>
    Boolean = 11,

    /// <summary>16-bit brain float.</summary>
    BFloat16 = 15,
}
