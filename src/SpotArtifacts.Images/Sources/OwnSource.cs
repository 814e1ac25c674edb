using System.Globalization;

namespace SpotArtifacts.Images.Sources;

/// <summary>A program's own source as a set takes it.</summary>
internal sealed class OwnSource : IDecodedSource
{
    private readonly IImageSource _source;

    /// <exception cref="ImageSetException">It has no images, or labels that its class names do not reach.</exception>
    internal OwnSource(IImageSource source)
    {
        (_source, Count, ClassNames) = (source, source.Count, source.ClassNames);
        if (Count < 1)
            throw new ImageSetException($"{Path}: the source has {Count} images; it must have one or more.");
        bool labelled = false;
        for (int i = 0; i < Count; i++)
        {
            int label = source.LabelOf(i);
            if (label < -1 || label >= (ClassNames?.Count ?? int.MaxValue))
                throw new ImageSetException(string.Create(CultureInfo.InvariantCulture,
                    $"{Path}: image {i} ({source.NameOf(i)}) has label {label}; it must be -1 for none, or ")
                    + (ClassNames is null ? "0 or more." : $"one of the {ClassNames.Count} class names' numbers."));
            labelled |= label >= 0;
        }
        Labels = !labelled ? LabelKind.None : ClassNames is null ? LabelKind.Numbers : LabelKind.Names;
    }

    public string Kind => "source of a program's own";

    public string Path => _source.Name;

    public int Count { get; }

    public LabelKind Labels { get; }

    public IReadOnlyList<string>? ClassNames { get; }

    public string ItemName => "image";

    public string Name(int index) => $"{Path}:{_source.NameOf(index)}";

    public string InnerName(int index) => _source.NameOf(index);

    public int Label(int index) => _source.LabelOf(index);

    public RgbImage Load(int index) => Load(index, default);

    public RgbImage Load(int index, DecodeTarget target) => _source.Load(index, target)
        ?? throw new InvalidOperationException($"{Name(index)}: the source gave no image");

    public void Dispose()
    {
        // The source is the program's.
    }
}
