namespace SpotArtifacts.Images.Voc;

/// <summary>The twenty classes of PASCAL VOC 2007 to 2012, in the devkit's order.</summary>
internal static class VocClasses
{
    /// <summary>Index in a segmentation mask of what is no object.</summary>
    public const int Background = 0;

    /// <summary>Index in a segmentation mask of what is not to be judged: borders of objects, and difficult ones.</summary>
    public const int Ignore = 255;

    /// <summary>Indices a mask may have: background and the twenty classes.</summary>
    public const int MaskClasses = 21;

    /// <summary>
    /// Names (VOCinit.m of the devkit); a class's index here is one less than its index in a segmentation mask.
    /// </summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
        "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
    ];

    /// <summary>The index of a name, 0 to 19, or -1.</summary>
    public static int IndexOf(string name)
    {
        for (int i = 0; i < Names.Count; i++)
            if (Names[i] == name)
                return i;
        return -1;
    }
}
