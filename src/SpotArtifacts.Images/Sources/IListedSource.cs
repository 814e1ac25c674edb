namespace SpotArtifacts.Images.Sources;

/// <summary>What the labels of a source are.</summary>
internal enum LabelKind
{
    /// <summary>There are none.</summary>
    None,

    /// <summary>Names of classes: indices into the source's own names, which differ from source to source.</summary>
    Names,

    /// <summary>Numbers that mean the same in every source.</summary>
    Numbers,
}

/// <summary>
/// The images of one path, in a fixed order. Thread-safe once open. Either encoded or decoded: see the two below.
/// </summary>
internal interface IListedSource : IDisposable
{
    /// <summary>What it is, in a word or two, for people.</summary>
    string Kind { get; }

    /// <summary>The file or folder it was opened from.</summary>
    string Path { get; }

    /// <summary>Number of images.</summary>
    int Count { get; }

    /// <summary>What the labels are.</summary>
    LabelKind Labels { get; }

    /// <summary>The classes' names by label; with numbers they may be unknown (null).</summary>
    IReadOnlyList<string>? ClassNames { get; }

    /// <summary>
    /// The published numbering that its numbers are of, as "CIFAR-10": they mean something else in another one. Null for names,
    /// and for numbers of a user's own.
    /// </summary>
    string? Numbering => null;

    /// <summary>Why it is without labels although most of it looks labelled, for people; else null.</summary>
    string? WhyUnlabelled => null;

    /// <summary>
    /// What it holds besides images with at most one label, for people; null when there is no more to say than that.
    /// </summary>
    string? Details => null;

    /// <summary>Whether an image's name is the path of its file, so that a list of them can be read as images again.</summary>
    bool NamesAreFiles => false;

    /// <summary>What one of the things in it is called, for people.</summary>
    string ItemName => "file";

    /// <summary>What of the path is no image; null where everything is.</summary>
    LeftOut? LeftOut => null;

    /// <summary>What a user knows the image by.</summary>
    string Name(int index);

    /// <summary>The same without where its folder lies: a name that stays when the data moves.</summary>
    string InnerName(int index) => Name(index);

    /// <summary>Label, or -1.</summary>
    int Label(int index);
}

/// <summary>A source of encoded files.</summary>
internal interface IEncodedSource : IListedSource
{
    /// <summary>Size in bytes.</summary>
    /// <exception cref="IOException">The file has gone.</exception>
    int Length(int index);

    /// <summary>Fills a buffer of exactly that length; false when the file has become shorter.</summary>
    bool TryRead(int index, Span<byte> buffer);
}

/// <summary>A source of pixels.</summary>
internal interface IDecodedSource : IListedSource
{
    /// <summary>Copies an image out.</summary>
    /// <exception cref="ImageFormatException">It is damaged.</exception>
    RgbImage Load(int index);

    /// <summary>The same, for sources that can give it smaller.</summary>
    /// <param name="index">Which.</param>
    /// <param name="target">What it is for.</param>
    /// <exception cref="ImageFormatException">It is damaged.</exception>
    RgbImage Load(int index, DecodeTarget target) => Load(index);
}
