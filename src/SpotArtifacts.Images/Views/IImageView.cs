namespace SpotArtifacts.Images;

/// <summary>What a network is shown of an image: a random view for training, a fixed one for evaluation.</summary>
public interface IImageView
{
    /// <summary>Side S of the view in pixels.</summary>
    int Size { get; }

    /// <summary>How much of an image's size the view needs.</summary>
    DecodeTarget Target { get; }

    /// <summary>Renders the view; a pure function of image and seed, callable from several threads at once.</summary>
    /// <param name="image">Source, any size.</param>
    /// <param name="seed">Decides all that is random; ignored by fixed views.</param>
    /// <param name="destination">3 * S * S values (CHW) in [-1, 1].</param>
    void Apply(RgbImage image, ulong seed, Span<float> destination);
}
