namespace SpotArtifacts.Torch;

/// <summary>How the elements of an NCHW tensor lie in memory, numbered as libtorch's MemoryFormat.</summary>
public enum MemoryFormat
{
    /// <summary>Row-major: each channel's plane in one piece.</summary>
    Contiguous = 0,

    /// <summary>All channels of a pixel side by side (NHWC).</summary>
    ChannelsLast = 2,
}
