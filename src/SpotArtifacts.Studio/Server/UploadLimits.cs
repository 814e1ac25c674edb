using SpotArtifacts.Images;

namespace SpotArtifacts.Studio.Server;

/// <summary>What is taken from a browser: pictures of a bounded size, so many at once, decoded strictly.</summary>
internal static class UploadLimits
{
    /// <summary>Largest file.</summary>
    internal const long MostBytes = 16 << 20;

    /// <summary>Most pixels of a picture.</summary>
    internal const long MostPixels = 50_000_000;

    /// <summary>Most files of one upload.</summary>
    internal const int MostFiles = 32;

    /// <summary>Name of the rate limit of endpoints that compute.</summary>
    internal const string RatePolicy = "compute";

    /// <summary>Reads a picture that was uploaded; never more than <see cref="MostBytes"/>.</summary>
    /// <param name="stream">What comes from the browser.</param>
    /// <param name="name">What the user calls it, for messages.</param>
    /// <param name="stop">Ends the reading.</param>
    /// <param name="target">How far a JPEG may be scaled down while it is decoded.</param>
    /// <exception cref="StudioException">It is too large.</exception>
    /// <exception cref="ImageFormatException">It is damaged, no picture, or has too many pixels.</exception>
    internal static async Task<(byte[] Encoded, RgbImage Image)> Read(
        Stream stream, string name, CancellationToken stop, DecodeTarget target = default)
    {
        using MemoryStream bytes = new();
        byte[] buffer = new byte[81920];
        for (int read; (read = await stream.ReadAsync(buffer, stop).ConfigureAwait(false)) > 0;)
        {
            if (bytes.Length + read > MostBytes)
                throw new StudioException($"{name} is larger than {MostBytes >> 20} MiB; make it smaller first");
            bytes.Write(buffer, 0, read);
        }
        byte[] encoded = bytes.ToArray();
        return (encoded, ImageDecoder.Decode(encoded, name, MostPixels, target));
    }
}
