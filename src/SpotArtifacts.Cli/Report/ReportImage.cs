using System.Buffers.Binary;

namespace SpotArtifacts.Cli.Report;

/// <summary>A picture in a report, embedded in the page and shown with hard pixel edges.</summary>
internal sealed class ReportImage
{
    private static readonly byte[] s_signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];
    private readonly string _data;

    /// <summary>Takes a PNG file's bytes.</summary>
    /// <param name="png">The file; copied.</param>
    /// <param name="caption">What it shows; also its text for people who cannot see it.</param>
    /// <param name="scale">Screen pixels per image pixel, 1 to 64, where the page is wide enough.</param>
    /// <exception cref="ArgumentException">The bytes do not start as a PNG file does.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The scale is outside 1 to 64.</exception>
    public ReportImage(byte[] png, string caption, int scale = 1)
    {
        ArgumentNullException.ThrowIfNull(png);
        ArgumentNullException.ThrowIfNull(caption);
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(scale, 64);
        if (png.Length < 24 || !png.AsSpan(0, 8).SequenceEqual(s_signature) || !png.AsSpan(12, 4).SequenceEqual("IHDR"u8))
            throw new ArgumentException($"not a PNG file ({png.Length} bytes)", nameof(png));
        Width = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16));
        Height = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20));
        Caption = caption;
        Scale = scale;
        _data = Convert.ToBase64String(png);
    }

    /// <summary>Columns, as the file states.</summary>
    public int Width { get; }

    /// <summary>Rows, as the file states.</summary>
    public int Height { get; }

    /// <summary>What it shows.</summary>
    public string Caption { get; }

    /// <summary>Screen pixels per image pixel.</summary>
    public int Scale { get; }

    internal string ToHtml()
    {
        string caption = HtmlText.Escape(Caption);
        return $"<figure><img src=\"data:image/png;base64,{_data}\" width=\"{(long)Width * Scale}\" "
            + $"height=\"{(long)Height * Scale}\" "
            + $"alt=\"{caption}\"><figcaption>{caption}</figcaption></figure>\n";
    }
}
