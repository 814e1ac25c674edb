using SpotArtifacts.Images;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining.Baselines;

/// <summary>What is the image's label?</summary>
internal sealed class LabelPretext : ClassifyingPretext
{
    private readonly ImageSet _set;
    private readonly Dictionary<int, long> _classes = [];

    /// <summary>Asks for the labels of a set.</summary>
    /// <exception cref="ImageSetException">An image has no label, or all have the same.</exception>
    public LabelPretext(ImageSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (!set.HasLabels)
            throw new ImageSetException(
                $"{set.LabelledCount} of {set.Count} images have a label ({set.WhyUnlabelled}); pretext labels needs all: one "
                    + "folder for each class, or tar shards with a .cls beside each image.");
        if (set.ClassCount < 2)
            throw new ImageSetException("All images have the same label; pretext labels needs two classes at least.");
        _set = set;
        for (int i = 0; i < set.DistinctLabels.Count; i++)
            _classes[set.DistinctLabels[i]] = i;
    }

    /// <inheritdoc/>
    public override string Name => "labels";

    /// <inheritdoc/>
    public override int Classes => _set.ClassCount;

    /// <inheritdoc/>
    public override (Tensor Images, long[] Answers) Ask(Tensor images, IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(images);
        return (images.alias(), [.. indices.Select(index => _classes[_set.Label(index)])]);
    }
}
