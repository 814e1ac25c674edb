using SpotArtifacts.Images.Formats;

namespace SpotArtifacts.Images;

/// <summary>What reads image files in this process.</summary>
/// <param name="LibVips">Version of libvips, which comes with this package and reads every format.</param>
/// <param name="TurboJpeg">File of the system's libjpeg-turbo, which reads JPEG where it is installed; null where it is not
/// used.</param>
/// <param name="TurboJpegVersion">Its major version; null where it is not used.</param>
/// <param name="Advice">What to install for JPEG to be read several times as fast; null where nothing is to be done.</param>
internal sealed record ImageDecoding(Version LibVips, string? TurboJpeg, int? TurboJpegVersion, string? Advice)
{
    /// <summary>The environment variable that names the file of a libjpeg-turbo to use and no other, or says off.</summary>
    public const string TurboJpegVariable = TurboJpegLibrary.Variable;

    /// <summary>Loads the codecs if that has not happened yet, and says what they are.</summary>
    /// <exception cref="ImageCodecException">libvips does not load, or the libjpeg-turbo that the environment names.</exception>
    public static ImageDecoding Describe()
    {
        TurboJpegLibrary.Found turbo = TurboJpegLibrary.Current;
        return turbo.Handle != 0
            ? new ImageDecoding(VipsSession.Version, turbo.Path, turbo.MajorVersion, null)
            : new ImageDecoding(VipsSession.Version, null, null, TurboJpegLibrary.Advice(turbo));
    }

    /// <summary>Loads the codecs if that has not happened yet.</summary>
    /// <exception cref="ImageCodecException">libvips does not load, or the libjpeg-turbo that the environment names.</exception>
    public static void EnsureLoaded() => Describe();

    /// <summary>One line for people.</summary>
    public override string ToString() => TurboJpeg is null
        ? $"libvips {LibVips}{(Advice is null ? "" : $"; {Advice}")}"
        : $"libvips {LibVips}, JPEG by libjpeg-turbo {TurboJpegVersion} ({TurboJpeg})";
}
