namespace SpotArtifacts.Images;

/// <summary>What a path of images is.</summary>
public enum ImageSourceFormat
{
    /// <summary>Recognised from its content.</summary>
    Auto,

    /// <summary>A folder with image files, flat or nested; sub-folders may be classes.</summary>
    Folder,

    /// <summary>A text file: one path a line, a tab and a label behind it if wanted.</summary>
    List,

    /// <summary>A WebDataset shard (.tar, gzip'ed or not), or a folder of them.</summary>
    Tar,

    /// <summary>STL-10 binary: columns of 96 x 96 planes.</summary>
    Stl10,

    /// <summary>CIFAR-10 binary: a label byte and 3,072 pixels a record.</summary>
    Cifar10,

    /// <summary>CIFAR-100 binary: coarse label, fine label, 3,072 pixels a record; the label is the fine one of 100.</summary>
    Cifar100,

    /// <summary>The same with the coarse one of 20 as label; never recognised, always asked for.</summary>
    Cifar100Coarse,

    /// <summary>PASCAL VOC devkit, one year: its JPEGImages.</summary>
    Voc,

    /// <summary>Packed pixels: docs/packed-pixels.md.</summary>
    Packed,
}
