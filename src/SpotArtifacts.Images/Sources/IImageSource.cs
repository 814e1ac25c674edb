namespace SpotArtifacts.Images;

/// <summary>
/// Images of a program's own, from a database, a service or a formula: <see cref="ImageSet.Of"/> makes a set of them, which is used as
/// one of files is.
/// </summary>
/// <remarks>
/// Called from several threads at once. The same number must give the same image each time: resuming and repeating a run depend on it.
/// </remarks>
public interface IImageSource
{
    /// <summary>What the source is called in messages and lists.</summary>
    string Name { get; }

    /// <summary>Number of images, 1 or more.</summary>
    int Count { get; }

    /// <summary>Names of the classes by label, each other than the others; null where labels are bare numbers or absent.</summary>
    IReadOnlyList<string>? ClassNames => null;

    /// <summary>What an image is called in messages and lists: other than the others, on one line.</summary>
    /// <param name="index">0 to Count - 1.</param>
    string NameOf(int index);

    /// <summary>The image's class: an index into <see cref="ClassNames"/>, or a number of 0 or more; -1 for none.</summary>
    /// <param name="index">0 to Count - 1.</param>
    int LabelOf(int index) => -1;

    /// <summary>The image. Of the bytes of a file: <see cref="ImageDecoder.Decode"/>.</summary>
    /// <param name="index">0 to Count - 1.</param>
    /// <param name="target">What it is for: to be passed on to the decoder, which makes large JPEGs smaller; or ignored.</param>
    /// <exception cref="ImageFormatException">It is damaged: it is left out, as a damaged file is.</exception>
    /// <exception cref="IOException">It cannot be read: left out as well. Any other exception ends the work.</exception>
    RgbImage Load(int index, DecodeTarget target);
}
