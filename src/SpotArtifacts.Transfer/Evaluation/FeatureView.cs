using System.Globalization;
using SpotArtifacts.Images;

namespace SpotArtifacts.Transfer.Evaluation;

/// <summary>A fixed or cached random view of each image, of which two of equal name are equal.</summary>
/// <param name="Name">What stands in reports, as <c>central square of 0.875 of the shorter side</c>.</param>
/// <param name="Make">Makes the view for a network's image size; a random view's seed is the image's place among the labelled
/// ones.</param>
public sealed record FeatureView(string Name, Func<int, IImageView> Make)
{
    private static readonly CropPlace[] s_tenCrop =
        [CropPlace.Center, CropPlace.TopLeft, CropPlace.TopRight, CropPlace.BottomLeft, CropPlace.BottomRight];

    /// <summary>The evaluation view of method.md section 4: central 85 % of each side.</summary>
    public static FeatureView Evaluation { get; } = new("central 0.85 of each side", size => new EvaluationView(size));

    /// <summary>The central square.</summary>
    /// <param name="share">Its side as a share of the image's shorter side: 224 / 256 in most protocols. Above 0, at most
    /// 1.</param>
    public static FeatureView Central(double share) =>
        new(Invariant($"central square of {share} of the shorter side"), size => new CropView(size, share, CropPlace.Center));

    /// <summary>A square at a random place, mirrored half of the time.</summary>
    /// <param name="share">Its side as a share of the image's shorter side.</param>
    /// <param name="number">Which of several such views: 0, 1, ...</param>
    public static FeatureView Random(double share, int number) =>
        new(Invariant($"random square {number} of {share} of the shorter side, mirrored half of the time"),
            size => new CropView(size, share, CropPlace.Random, stream: (ulong)number));

    /// <summary>The ten crops of Krizhevsky et al. 2012: centre and corners, and their mirror images.</summary>
    public static IReadOnlyList<FeatureView> TenCrop(double share) =>
        [.. s_tenCrop.Select(place => Crop(share, place, mirror: false)),
            .. s_tenCrop.Select(place => Crop(share, place, mirror: true))];

    /// <inheritdoc/>
    public bool Equals(FeatureView? other) => other?.Name == Name;

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    private static FeatureView Crop(double share, CropPlace place, bool mirror) =>
        new(Invariant($"{place} square of {share}{(mirror ? ", mirrored" : "")}"),
            size => new CropView(size, share, place, mirror));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
